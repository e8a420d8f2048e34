// Front: what decides on a caller's request; the hot path of the gateway.
//
// The server calls on_head() with each admitted head, and, where the Front asked for the body,
// on_body() with all of it. The Front answers, relays, or hands the request over to a Handler,
// which may hold it. What it relays is forwarded from the very bytes that it saw: method, target
// and end-to-end fields of the Head, the body, regenerated framing, the Destination's Host and
// credential. The caller's own `Authorization`, `x-api-key`, `Cookie`, hop-by-hop fields and
// `Keyturn-*` never pass. Promises: the answer is streamed back as it comes, without a size limit;
// a client that leaves cancels the request upstream; an origin that is down or answers malformed
// gives 502, and after the answer has begun a cut connection [T39]. Thread rule: both calls come on
// the thread of the connection's loop; with several loops on several threads at once. They must not
// block and must not throw.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/http/exchange.h"
#include "gateway/http/head.h"
#include "gateway/http/upstream.h"

namespace keyturn {

// Where passes of one kind go and what changes on the way. Made once, by configuration.
class Destination {
 public:
  struct Options {
    Origin origin;
    std::vector<Field> injected;  // such as the upstream's credential; replaces fields of that name
    std::vector<std::string> removed;  // further fields of the caller that do not pass
  };
  explicit Destination(Options options);

  const Origin& origin() const { return origin_; }
  // Whether a caller's field of this name passes.
  bool passes(std::string_view name) const;
  // `Host: …` and the injected fields, as they go on the wire.
  std::string_view wire_fields() const { return wire_fields_; }

 private:
  Origin origin_;
  std::vector<std::string> removed_;
  std::string wire_fields_;
};

struct Relay {
  std::shared_ptr<const Destination> destination;
  std::uint64_t tag = 0;  // given back by on_relayed(): the endpoint, for the meters
};
struct BufferBody {
  std::uint64_t bytes_max = request_body_bytes_max;  // 413 above it
};
struct HandOver {
  Handler* handler = nullptr;
};

using HeadDecision = std::variant<Response, Relay, BufferBody>;
using BodyDecision = std::variant<Response, Relay, HandOver>;

// How a relay ended, for the meters.
struct Relayed {
  enum class End : std::uint8_t { complete, client_gone, upstream_failed };
  std::uint64_t tag = 0;
  unsigned status = 0;  // what the client was told; 0 if nothing
  End end = End::complete;
  std::uint64_t request_body_bytes = 0;
  std::uint64_t response_body_bytes = 0;
  std::uint64_t first_byte_us = 0;  // from the end of the head to the answer's head
  std::uint64_t total_us = 0;
  std::string_view request_line;  // `GET /a?b HTTP/1.1`; valid during on_relayed()
};

class Front {
 public:
  virtual ~Front() = default;
  // Before the body is read. Relay here streams the body through.
  virtual HeadDecision on_head(const Head& head) = 0;
  // After BufferBody. The views are valid during the call only.
  virtual BodyDecision on_body(const Head& head, std::string_view body) = 0;
  virtual void on_relayed(const Relayed& relayed) { (void)relayed; }
  // A request was refused before on_head() saw it, or its body was: only counted [T7].
  virtual void on_refused(unsigned status) { (void)status; }
};

}  // namespace keyturn
