// Upstreams: one loop's connections to the origins behind the gateway, and requests sent over them.
//
// Promises: an origin comes from the charter or the configuration, never from a request; redirects
// are answers like any other [T05]. fetch() sends a request exactly once, on a fresh connection if
// asked [C7], and never retries: what may have been sent and was not answered is `unknown`. An
// answer whose framing has two readings is refused, and its connection closed [T39]. An origin that
// keeps failing is left alone for a while, by all but what wants a fresh connection. No pipelining;
// a connection is pooled again only after a completely framed answer. Thread rule: every call, and
// every callback, on the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/limits.h"
#include "gateway/http/loop.h"
#include "gateway/http/message.h"
#include "gateway/http/tls.h"
#include "keyturn/result.h"

namespace keyturn {

// Where a connection goes, and as whom: connections are shared among equal origins only.
struct Origin {
  std::string host;  // a name or an address
  std::uint16_t port = 80;
  bool secure = false;  // https
  // What is trusted and shown there; where it is missing nothing is sent to a secure origin.
  std::shared_ptr<const TlsClient> tls = nullptr;

  // `http://host` or `https://host`, perhaps with `:port`, and nothing behind it; without `tls`.
  static Result<Origin> parse(std::string_view url);
  std::string authority() const;  // the Host field: without the port where it is the scheme's own
  friend bool operator==(const Origin&, const Origin&) = default;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

struct UpstreamRequest {
  Origin origin;
  Method method = Method::get;
  std::string target;
  std::vector<Field>
      fields;  // end-to-end fields; Host, Content-Length and Connection are written here
  std::string body;
  bool fresh_connection = false;
};

enum class Sent : std::uint8_t {
  complete,  // the whole answer was received
  not_sent,  // no byte of the request can have reached the origin's application
  unknown,   // it may have been received and carried out: nobody knows
};

struct Outcome {
  Sent sent = Sent::unknown;
  std::string message;  // one line, for the log and the journal; "" where complete
};

struct Callbacks {
  // The head of the final answer: 1xx answers are skipped.
  std::function<void(unsigned status, const std::vector<Field>& fields)> on_head;
  std::function<void(std::string_view chunk)> on_chunk;
  // Exactly once, last, unless the fetch was cancelled.
  std::function<void(Outcome outcome)> on_done;
};

// A running fetch. Dropping the handle does not end the fetch.
class Fetch {
 public:
  virtual ~Fetch() = default;
  // Closes the connection; no callback comes any more.
  virtual void cancel() = 0;
  // Stops, and goes on, reading the answer: for a sink that is slower than the source.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class UpstreamPool;

class Upstreams {
 public:
  explicit Upstreams(Loop& loop, UpstreamLimits limits = {});
  ~Upstreams();
  Upstreams(const Upstreams&) = delete;
  Upstreams& operator=(const Upstreams&) = delete;

  std::shared_ptr<Fetch> fetch(UpstreamRequest request, Callbacks callbacks);

  // What connections to these origins may take from now on; to all others what the constructor was
  // given.
  void limit(std::map<Origin, UpstreamLimits> limits);
  // What an active probe found: while it is down, passes are refused at once.
  void probed(const Origin& origin, bool up);
  // Called when an origin is ejected for its failures, and when it has answered again.
  using HealthChange = std::function<void(const Origin& origin, bool up, std::string_view why)>;
  void on_health(HealthChange function);

  // The part that only gateway/http/ uses.
  UpstreamPool& pool() { return *pool_; }

 private:
  std::unique_ptr<UpstreamPool> pool_;
};

}  // namespace keyturn
