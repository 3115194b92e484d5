// What the C library of the system knows and Swift does not: whether bytes of a file are in the page cache.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Whether the bytes at `offset` are in the page cache, asked by reading at most `capacity` of them into `scratch`
// without waiting for the disk (preadv2 with RWF_NOWAIT). A file system that cannot tell counts as yes.
bool roost_is_cached(int descriptor, off_t offset, void *scratch, size_t capacity);

// A new anonymous file that lives in memory, or -1.
int roost_memory_file(void);
