/* schedule.c - see schedule.h. The formulas are those of torch.optim.lr_scheduler: StepLR, MultiStepLR, CosineAnnealingLR
 * (Loshchilov, Hutter: SGDR, 2017, equation 5, one cycle), PolynomialLR, LinearLR and ConstantLR. */
#include "schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- from the command line -------------------------------------------------------------------------------- */

/* A finite number in [low, 1e6] at *text, which then stands behind it. */
static bool take_number(const char **text, double low, double *number)
{
    char *end;
    *number = strtod(*text, &end);
    bool good = end > *text && isfinite(*number) && *number >= low && *number <= 1e6;
    *text = end;
    return good;
}

static bool take_milestones(const char *text, Schedule *schedule)
{
    for (schedule->milestones = 0; schedule->milestones < MAX_MILESTONES; text++) {
        double *next = &schedule->milestone[schedule->milestones];
        if (!take_number(&text, 0, next) || (schedule->milestones && *next <= next[-1]))
            return false;
        schedule->milestones++;
        if (*text != ',')
            return !*text;
    }
    return false;
}

static bool take_step(const char *text, Schedule *schedule)
{
    if (!take_number(&text, 1e-3, &schedule->every))
        return false;
    return !*text || (*text++ == ',' && take_number(&text, 0, &schedule->gamma) && !*text);
}

bool schedule_parse(const char *text, Schedule *schedule, Failure *failure)
{
    static const char *const name[] = { "constant", "step", "milestones", "cosine", "polynomial" };
    size_t length = strcspn(text, ":");
    const char *rest = text[length] ? text + length + 1 : NULL;
    int kind = 0;
    while (kind < 5 && (strncmp(text, name[kind], length) || name[kind][length]))
        kind++;
    schedule->kind = (ScheduleKind)kind;
    schedule->gamma = 0.1;
    schedule->power = 1;
    bool good = false;
    switch (kind) {
    case SCHEDULE_constant:
    case SCHEDULE_cosine:     good = !rest; break;
    case SCHEDULE_step:       good = rest && take_step(rest, schedule); break;
    case SCHEDULE_milestones: good = rest && take_milestones(rest, schedule); break;
    case SCHEDULE_polynomial: good = !rest || (take_number(&rest, 0, &schedule->power) && !*rest); break;
    }
    return good
        || failure_set(
               failure,
               "no schedule: %s; write constant, step:EPOCHS[,GAMMA], milestones:E1,E2,.. (at most %d, rising), cosine or "
               "polynomial[:POWER]",
               text, MAX_MILESTONES);
}

bool schedule_parse_warmup(const char *text, Schedule *schedule, Failure *failure)
{
    const char *at = text;
    schedule->warmup_factor = 0.01;
    schedule->warmup_constant = false;
    bool good = take_number(&at, 0, &schedule->warmup);
    if (good && *at == ',')
        at++, good = take_number(&at, 0, &schedule->warmup_factor) && schedule->warmup_factor <= 1;
    if (good && !strcmp(at, ",constant"))
        schedule->warmup_constant = true, at += strlen(at);
    return (good && !*at)
        || failure_set(failure, "no warm-up: %s; write EPOCHS[,FACTOR[,constant]] with a FACTOR from 0 to 1", text);
}

/* ---- the rate --------------------------------------------------------------------------------------------- */

static double warmup_share(const Schedule *schedule, double epoch)
{
    if (epoch >= schedule->warmup)
        return 1;
    return schedule->warmup_constant ? schedule->warmup_factor
                                     : schedule->warmup_factor + (1 - schedule->warmup_factor) * epoch / schedule->warmup;
}

double schedule_rate(const Schedule *schedule, int64_t step, int64_t steps_per_epoch)
{
    double epoch = schedule->per_iteration ? (double)step / (double)steps_per_epoch : (double)(step / steps_per_epoch);
    double whole = fmax(schedule->epochs - schedule->warmup, 1e-9), share = warmup_share(schedule, epoch);
    double t = fmin(fmax(epoch - schedule->warmup, 0), whole), rate = schedule->rate * share;
    switch (schedule->kind) {
    case SCHEDULE_constant:   break;
    case SCHEDULE_step:       return rate * pow(schedule->gamma, floor(t / schedule->every));
    case SCHEDULE_cosine:     return rate * (1 + cos(pi * t / whole)) / 2;
    case SCHEDULE_polynomial: return rate * pow(1 - t / whole, schedule->power);
    case SCHEDULE_milestones:
        for (int i = 0; i < schedule->milestones; i++)
            rate *= epoch >= schedule->milestone[i] ? schedule->gamma : 1;
        break;
    }
    return rate;
}
