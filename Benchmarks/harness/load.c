// Downloads URLs over plain HTTP/1.1 from one thread, reading and dropping the bodies: the client of the blob rows.
//
//   load free|together CONNECTIONS REPEATS HOST PORT PATH...
//
// Connection i fetches PATH[i mod count] REPEATS times on one kept-alive connection. All connections are opened before
// the clock starts. With `together` a connection reads nothing after its first head until every other one has had its
// own: all responses are then under way at once. Prints one line: seconds and body bytes.
// Anything but a complete 200 with a Content-Length ends the program with a sentence and status 1.

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, HEAD = 16 * 1024 };

struct connection {
    int socket;
    int repeats;        // responses still to come, the present one included
    const char *path;
    int head_length;    // bytes of the head collected so far
    long long body;     // body bytes still to come; -1 while the head is being read
    char head[HEAD];
};

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Sets whether epoll wakes for a connection's bytes.
static void listen_to(int poll, int operation, struct connection *it, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = it};
    if (epoll_ctl(poll, operation, it->socket, &event) < 0) fail("epoll: %s", strerror(errno));
}

static int dial(const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("%s is not an IPv4 address", host);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0)
        fail("cannot connect to %s:%d: %s", host, port, strerror(errno));
    return descriptor;
}

static void ask(struct connection *it, const char *host, int port) {
    char request[2048];
    int length = snprintf(
        request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: */*\r\n\r\n", it->path, host, port);
    if (length >= (int)sizeof request) fail("the path is too long: %s", it->path);
    if (write(it->socket, request, (size_t)length) != length) fail("cannot send a request: %s", strerror(errno));
    it->head_length = 0;
    it->body = -1;
}

// Takes bytes of the head; returns how many of them belonged to it.
static size_t take_head(struct connection *it, const char *bytes, size_t count) {
    size_t room = (size_t)(HEAD - 1 - it->head_length);
    size_t copied = count < room ? count : room;
    int before = it->head_length;
    memcpy(it->head + before, bytes, copied);
    it->head_length += (int)copied;
    it->head[it->head_length] = 0;
    char *end = strstr(it->head, "\r\n\r\n");
    if (!end) {
        if (copied < count) fail("the head of %s is too long", it->path);
        return copied;
    }
    end[2] = 0;
    if (strncmp(it->head, "HTTP/1.1 200", 12) != 0) fail("%s answered %.40s", it->path, it->head);
    char *field = strcasestr(it->head, "\r\ncontent-length:");
    if (!field) fail("%s came without a Content-Length", it->path);
    it->body = atoll(field + strlen("\r\ncontent-length:"));
    return (size_t)(end + 4 - it->head) - (size_t)before;
}

int main(int argc, char **argv) {
    if (argc < 7) fail("usage: load free|together CONNECTIONS REPEATS HOST PORT PATH...");
    int connections = atoi(argv[2]), repeats = atoi(argv[3]), port = atoi(argv[5]), paths = argc - 6;
    int waiting = strcmp(argv[1], "together") == 0 ? connections : 0;  // for so many heads nothing else is read
    const char *host = argv[4];
    char *buffer = malloc(BUFFER);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    int poll = epoll_create1(0);
    if (!buffer || !all || poll < 0) fail("out of memory or descriptors");

    for (int i = 0; i < connections; i++) {
        all[i].socket = dial(host, port);
        all[i].repeats = repeats;
        all[i].path = argv[6 + i % paths];
        listen_to(poll, EPOLL_CTL_ADD, &all[i], EPOLLIN);
    }

    double start = now();
    long long total = 0;
    for (int i = 0; i < connections; i++) ask(&all[i], host, port);

    for (int open = connections; open > 0;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, -1);
        for (int e = 0; e < ready; e++) {
            struct connection *it = events[e].data.ptr;
            ssize_t count = read(it->socket, buffer, BUFFER);
            if (count <= 0) fail("%s ended %lld bytes short: %s", it->path, it->body, count ? strerror(errno) : "closed");
            size_t used = 0;
            if (it->body < 0) {
                used = take_head(it, buffer, (size_t)count);
                if (it->body < 0) continue;
                if (waiting > 0) {
                    listen_to(poll, EPOLL_CTL_MOD, it, 0);
                    if (--waiting == 0)
                        for (int i = 0; i < connections; i++) listen_to(poll, EPOLL_CTL_MOD, &all[i], EPOLLIN);
                }
            }
            long long body = count - (ssize_t)used;
            total += body;
            it->body -= body;
            if (it->body < 0) fail("%s sent more than its Content-Length", it->path);
            if (it->body > 0) continue;
            if (--it->repeats > 0) {
                ask(it, host, port);
            } else {
                close(it->socket);
                open--;
            }
        }
    }
    printf("%.6f %lld\n", now() - start, total);
    return 0;
}
