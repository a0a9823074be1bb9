/* The physical limit: one frame, made beforehand, written to so many sockets, and nothing else.
 *
 * usage: limit PORT MEMBERS BYTES
 *
 * Accepts MEMBERS connections, answers whatever each one asks first with a WebSocket handshake
 * that our own client takes, and says "ready". Then each line on standard input is one round:
 * a frame of BYTES bytes is written to every socket. A full socket is waited for with epoll, so
 * that every round is whole. Ends with standard input.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const char HANDSHAKE[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Make a binary frame of `size` bytes in all (RFC 6455, section 5.2). */
static unsigned char *made_frame(size_t size)
{
    size_t head = size <= 127 ? 2 : 4;
    unsigned char *frame = calloc(1, size);
    if (!frame)
        fail("calloc");
    frame[0] = 0x82;
    if (head == 2) {
        frame[1] = (unsigned char)(size - 2);
    } else {
        frame[1] = 126;
        frame[2] = (unsigned char)((size - 4) >> 8);
        frame[3] = (unsigned char)(size - 4);
    }
    return frame;
}

static int listener(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one))
        fail("socket");
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096))
        fail("listen");
    return fd;
}

static int accepted(int from)
{
    char asked[4096];
    int one = 1, fd = accept(from, NULL, NULL);
    if (fd < 0)
        fail("accept");
    if (read(fd, asked, sizeof asked) <= 0)
        fail("read");
    if (write(fd, HANDSHAKE, sizeof HANDSHAKE - 1) != (ssize_t)(sizeof HANDSHAKE - 1))
        fail("write");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void written(int poll, int fd, const unsigned char *frame, size_t size)
{
    struct epoll_event full = {.events = EPOLLOUT, .data.fd = fd}, event;
    size_t done = 0;
    while (done < size) {
        ssize_t count = write(fd, frame + done, size - done);
        if (count >= 0) {
            done += (size_t)count;
            continue;
        }
        if (errno != EAGAIN)
            fail("write");
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &full) || epoll_wait(poll, &event, 1, -1) < 0)
            fail("epoll");
        epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
    }
}

int main(int count, char **args)
{
    if (count != 4)
        return fprintf(stderr, "usage: limit PORT MEMBERS BYTES\n"), 2;
    int members = atoi(args[2]);
    size_t size = (size_t)atol(args[3]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    unsigned char *frame = made_frame(size);
    int *sockets = calloc((size_t)members, sizeof *sockets);
    int from = listener(atoi(args[1])), poll = epoll_create1(0);
    if (!sockets || poll < 0)
        fail("setup");
    puts("listening");
    fflush(stdout);
    for (int at = 0; at < members; at++)
        sockets[at] = accepted(from);
    puts("ready");
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin))
        for (int at = 0; at < members; at++)
            written(poll, sockets[at], frame, size);
    return 0;
}
