// pump LISTEN-PORT ORIGIN-PORT: moves bytes between each client and a connection of its own to the origin,
// and parses nothing: what one core of this kernel can relay at most. For ./dev bench relay only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int peer_of[65536];

static int tcp_socket(void) {
  const int on = 1;
  const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return s;
}

static void watch(int epoll, int s) {
  const int on = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = s};
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_ctl(epoll, EPOLL_CTL_ADD, s, &event);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)atoi(argv[1]));
  const int listener = tcp_socket();
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0) return 1;
  listen(listener, 4096);
  address.sin_port = htons((unsigned short)atoi(argv[2]));
  const int epoll = epoll_create1(0);
  watch(epoll, listener);
  static char bytes[65536];
  struct epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      const int from = events[i].data.fd;
      if (from == listener) {
        const int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        const int origin = tcp_socket();
        if (client < 0 || connect(origin, (struct sockaddr*)&address, sizeof address) != 0) return 1;
        peer_of[client] = origin;
        peer_of[origin] = client;
        watch(epoll, client);
        watch(epoll, origin);
        continue;
      }
      const ssize_t got = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
      if (got > 0) {
        send(peer_of[from], bytes, (size_t)got, MSG_NOSIGNAL);
      } else if (got == 0) {
        close(peer_of[from]);
        close(from);
      }
    }
  }
}
