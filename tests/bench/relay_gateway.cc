// A gateway with nothing but the relay: what `./dev bench relay` measures beside nginx and HAProxy.
//
//   keyturn_bench_relay LISTEN-PORT UPSTREAM-PORT [stream]
//
// The front buffers each body and looks for its `"model"`, as a charter whose classes read bodies
// has it; with `stream` it decides on the head alone and the body streams through. One loop, one
// thread.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "gateway/http/front.h"
#include "gateway/http/server.h"

namespace {

using namespace keyturn;

class BenchFront final : public Front {
 public:
  BenchFront(Origin origin, bool stream) : stream_(stream) {
    Destination::Options options;
    options.origin = std::move(origin);
    options.injected = {{"Authorization", "Bearer upstream-credential"}};
    destination_ = std::make_shared<const Destination>(std::move(options));
  }
  HeadDecision on_head(const Head& head) override {
    if (head.path() != "/v1/chat/completions") return problem(403, "no-class", "nothing matches");
    if (stream_) return Relay{destination_};
    return BufferBody{};
  }
  BodyDecision on_body(const Head&, std::string_view body) override {
    if (body.find(R"("model":"m")") == std::string_view::npos)
      return problem(403, "no-class", "nothing matches");
    return Relay{destination_};
  }

 private:
  const bool stream_;
  std::shared_ptr<const Destination> destination_;
};

Loop* running = nullptr;

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t ports[2] = {};
  for (int i = 0; i < 2 && i + 1 < argc; ++i)
    std::from_chars(argv[i + 1], argv[i + 1] + std::strlen(argv[i + 1]), ports[i]);
  if (ports[0] == 0 || ports[1] == 0) {
    std::fputs("usage: keyturn_bench_relay LISTEN-PORT UPSTREAM-PORT [stream]\n", stderr);
    return 2;
  }
  BenchFront front({.host = "127.0.0.1", .port = ports[1]}, argc > 3);
  auto loop = Loop::create().value();
  Upstreams upstreams(*loop);
  auto server = Server::create(*loop, {.port = ports[0]}, front, upstreams);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  running = loop.get();
  std::signal(SIGTERM, [](int) { running->stop(); });
  std::signal(SIGINT, [](int) { running->stop(); });
  loop->run();
  return 0;
}
