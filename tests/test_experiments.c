/* test_experiments.c - the experiments' driver, on data sets so small that they say nothing: pages, charts, equal
 * work. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

static char *directory, experiment[4096], nncc[4096];

static void setup(void)
{
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    directory = temporary_directory();
    beside_test(experiment, sizeof experiment, "experiment");
    beside_test(nncc, sizeof nncc, "nncc");
}

static void teardown(void)
{
    remove_directory(directory);
}

TestSuite(experiments, .init = setup, .fini = teardown, .timeout = 240);

static char *result(const char *name)
{
    char *path = join(directory, name), *text = read_file(path, NULL);
    cr_assert(text, "%s was not written", path);
    free(path);
    return text;
}

static int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

Test(experiments, pages_and_charts)
{
    Result run = RUN(experiment, nncc, directory, directory, "two-classes", "--data", "shapes:2,count=64",
                     "--epochs", "2", "--set", "classes=3");
    cr_assert_eq(run.status, 0, "%s", run.err);
    result_free(&run);
    char *page = result("two-classes.md"), *chart = result("two-classes.svg"), *log = result("two-classes-2.jsonl");
    cr_expect(strstr(page, "| LeNet-5 | `lenet.yaml classes=2` | 61411 | 0.65 M |"), "%s", page);
    cr_expect(strstr(page, "OPTIONS=\"--data shapes:2,count=64 --epochs 2 --set classes=3\""));
    cr_expect(strstr(page, "--set ... --seed 1 --batch 32 --lr 0.02 --data shapes:2,count=64 --epochs 2`"), "%s", page);
    cr_expect(strstr(page, "![](two-classes.svg)"));
    cr_expect_eq(occurrences(chart, "<polyline"), 4, "two networks, two charts");
    cr_expect_eq(occurrences(log, "\"event\":\"epoch\""), 2);
    free(page), free(chart), free(log);
}

Test(experiments, work_is_equal)
{
    static const struct {
        const char *name, *chart;
        int groups;
    } experiment_of[] = {{"cardinality", "cardinality-2.svg", 2}, {"scales", "scales.svg", 1}};
    for (int i = 0; i < 2; i++) {
        Result run = RUN(experiment, nncc, directory, directory, experiment_of[i].name, "--data", "shapes:2,count=32",
                         "--epochs", "1");
        cr_assert_eq(run.status, 0, "%s", run.err);
        result_free(&run);
        char name[64];
        snprintf(name, sizeof name, "%s.md", experiment_of[i].name);
        char *page = result(name);
        cr_expect_eq(occurrences(page, "Multiply-adds differ from their mean by "), experiment_of[i].groups, "%s", page);
        free(page);
        free(result(experiment_of[i].chart));
    }
}

Test(experiments, a_setting_that_makes_work_unequal_is_refused)
{
    Result run = RUN(experiment, nncc, directory, directory, "cardinality", "--set", "width=4");
    cr_expect_eq(run.status, 1);
    cr_expect(strstr(run.err, "not equal"), "%s", run.err);
    result_free(&run);
}

Test(experiments, mistakes)
{
    Result run = RUN(experiment, nncc, directory, directory, "degradatoin");
    cr_expect_eq(run.status, 2);
    cr_expect(strstr(run.err, "two-classes"), "the list of all: %s", run.err);
    result_free(&run);
    run = RUN(experiment, nncc, directory, directory, "two-classes", "--epoch", "many");
    cr_expect_eq(run.status, 1);
    result_free(&run);
}
