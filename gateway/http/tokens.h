// Tokens: Boost.Beast's HTTP/1 parser behind a plain interface; the one place that knows Beast.
//
// It splits a head into start line and fields and takes chunked bodies apart. It is not the judge:
// Beast 1.81 by itself accepts much that has two readings (doubled lengths, folded lines, trailers
// as fields), so everything that it yields goes through admit.h before anybody believes it.
// Promises: views point into the bytes given; a chunked body with trailers, an over-long chunk line
// or blanks in it is bad. Thread rule: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace keyturn {

struct StartLine {
  std::string_view method;  // of a request
  std::string_view target;  // of a request
  unsigned status = 0;      // of a response
  bool http_1_0 = false;
};

class Tokens {
 public:
  enum class Kind : std::uint8_t { request, response };
  explicit Tokens(Kind kind);
  ~Tokens();

  // A whole head, from its first byte to its blank line. False: it is malformed.
  bool head(std::string_view raw, StartLine& line, std::vector<FieldView>& fields);

  // The body after a head that said `Transfer-Encoding: chunked`. Call again with what was not
  // taken.
  enum class Step : std::uint8_t { need_more, data, end, bad };
  struct Chunked {
    Step step = Step::need_more;
    std::size_t taken = 0;
    std::string_view data;
  };
  Chunked chunked(std::string_view raw);

 private:
  class Parser;
  template <bool request>
  class BeastParser;
  Kind kind_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace keyturn
