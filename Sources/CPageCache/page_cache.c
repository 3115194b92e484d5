#define _GNU_SOURCE
#include "page_cache.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>

bool roost_is_cached(int descriptor, off_t offset, void *scratch, size_t capacity) {
    struct iovec vector = {.iov_base = scratch, .iov_len = capacity};
    ssize_t count = preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
    return count >= 0 || errno != EAGAIN;
}

int roost_memory_file(void) {
    return memfd_create("roost", MFD_CLOEXEC);
}
