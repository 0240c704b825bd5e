/* aot_cache.c - compiled models on disk, named by a hash of all that made them, the least recently used dropped first.
 *
 * Loading an object runs its code, so the directory and the object must be ours, and writable by us alone. */
#include "aot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_OBJECTS = 100, MAX_MEGABYTES = 1024, ABANDONED_SECONDS = 3600 };

static bool only_ours(const struct stat *info)
{
    return info->st_uid == geteuid() && !(info->st_mode & (S_IWGRP | S_IWOTH));
}

/* Makes a directory and those above it, as far as they are missing. */
static void make_directories(Context *context, const char *path)
{
    char *part = arena_strdup(context, path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
}

const char *cache_directory(Context *context)
{
    const char *named = getenv("NNCC_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat info;
    const char *path;
    if (named && *named)
        path = arena_strdup(context, named);
    else if (cache && *cache == '/')
        path = arena_printf(context, "%s/nncc", cache);
    else if (home && *home)
        path = arena_printf(context, "%s/.cache/nncc", home);
    else
        return NULL;
    make_directories(context, path);
    return !stat(path, &info) && S_ISDIR(info.st_mode) && only_ours(&info) ? path : NULL;
}

const char *cache_find(Context *context, const char *directory, const char *key)
{
    const char *path = arena_printf(context, "%s/%s", directory, key);
    struct stat info;
    if (lstat(path, &info) || !S_ISREG(info.st_mode) || !only_ours(&info))
        return NULL;
    utimensat(AT_FDCWD, path, NULL, 0);         /* used just now */
    return path;
}

/* ---- dropping old objects ---------------------------------------------------------------------------------------- */

typedef struct {
    char name[40];                      /* 32 hexadecimal digits and .so */
    struct timespec used;
    off_t size;
} Object;

typedef struct {
    Object *object;
    size_t count, capacity;
} Objects;

static bool is_object_name(const char *name)
{
    return strspn(name, "0123456789abcdef") == 32 && !strcmp(name + 32, ".so");
}

static Objects list_objects(Context *context, DIR *directory)
{
    Objects all = {0};
    struct dirent *entry;
    struct stat info;
    while ((entry = readdir(directory))) {
        if (!is_object_name(entry->d_name) || fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW))
            continue;
        all.object = arena_grow(context, all.object, all.count, &all.capacity, sizeof *all.object);
        Object *object = &all.object[all.count++];
        object->used = info.st_mtim;
        object->size = info.st_size;
        memcpy(object->name, entry->d_name, strlen(entry->d_name) + 1);
    }
    return all;
}

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const Object *)a)->used, *y = &((const Object *)b)->used;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* Only what builds write: the directory of the cache may be one in which others keep things, too. */
void build_remove(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (!strncmp(entry->d_name, "model.", 6) || !strncmp(entry->d_name, "part_", 5))
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
}

/* Whoever was interrupted could not remove its directory. */
static void remove_abandoned(Context *context, const char *path, DIR *directory)
{
    struct dirent *entry;
    struct stat info;
    rewinddir(directory);
    while ((entry = readdir(directory)))
        if (!strncmp(entry->d_name, "nncc-", 5) && !fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW)
            && S_ISDIR(info.st_mode) && time(NULL) - info.st_mtime > ABANDONED_SECONDS)
            build_remove(arena_printf(context, "%s/%s", path, entry->d_name));
}

static void prune_cache(Context *context, const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return;
    Objects all = list_objects(context, directory);
    off_t kept = 0;
    if (all.count)
        qsort(all.object, all.count, sizeof *all.object, newest_first);
    for (size_t i = 0; i < all.count; i++) {
        kept += all.object[i].size;
        if (i >= MAX_OBJECTS || kept > (off_t)MAX_MEGABYTES << 20)
            unlinkat(dirfd(directory), all.object[i].name, 0);
    }
    remove_abandoned(context, path, directory);
    closedir(directory);
}

void cache_store(Context *context, const char *directory, const char *object, const char *key)
{
    const char *path = arena_printf(context, "%s/%s", directory, key);
    if (!chmod(object, 0700) && !rename(object, path))
        prune_cache(context, directory);
}
