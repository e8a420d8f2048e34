// admit: whether a head has exactly one reading; where it has two, nobody sees it.
//
// The judge between the parser and everything else. It looks at the tokens and at the raw bytes
// around them, and decides the framing itself. Refuses, never repairs [T01 T02 T03 T04 T05 T30].
// The rules, with the attacks that they answer, stand beside the code. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/http/head.h"
#include "gateway/http/message.h"
#include "gateway/http/tokens.h"

namespace keyturn {

// Why a request is refused. Fixed texts: nothing of the request is quoted.
struct Reject {
  unsigned status = 400;
  std::string_view code;
  std::string_view detail;
};

// What a request's head says about itself, once it has one reading.
struct HeadMeaning {
  Method method = Method::get;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;
  std::size_t path_bytes = 0;
  std::string_view host;
  bool keep_alive = false;
  bool expects_continue = false;
};

// The lines of a head, as far as they have come. A line that ends in LF alone, or begins with a
// blank (obs-fold), is refused as soon as it is seen.
class LineScan {
 public:
  enum class Step : std::uint8_t { need_more, complete, bad };
  // `raw` is the head so far, from its first byte; call again with more.
  Step scan(std::string_view raw);
  std::size_t head_bytes() const { return head_bytes_; }  // blank line included, once complete
  std::size_t first_line_bytes() const { return first_line_bytes_; }  // 0 while it has not ended
  void reset() { *this = LineScan(); }

 private:
  std::size_t line_begin_ = 0;
  std::size_t searched_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t first_line_bytes_ = 0;
};

// `Keyturn-*` fields of a request are the gateway's own to write: taken only by a server that
// stands behind a gateway, such as the simulated endpoints. Never by a listener of the gateway's.
enum class KeyturnFields : std::uint8_t { refused, taken };

// The target is `*` for OPTIONS only, which asks about the server and not about a path.
std::optional<Reject> admit_request(const StartLine& line, std::span<const FieldView> fields,
                                    HeadMeaning& meaning,
                                    KeyturnFields keyturn_fields = KeyturnFields::refused);

// The same for an upstream's answer [T39]. `length`: framing is by Content-Length; `none`: no body;
// until_close: the body ends with the connection.
enum class AnswerFraming : std::uint8_t { none, length, chunked, until_close };
struct AnswerMeaning {
  AnswerFraming framing = AnswerFraming::none;
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool keep_alive = false;
  std::string_view connection;  // the names that Connection lists: they stop here
};
// Nullopt if it is sound, else what is wrong.
std::optional<std::string_view> admit_answer(const StartLine& line,
                                             std::span<const FieldView> fields, bool to_head,
                                             AnswerMeaning& meaning);

// The members of a comma-separated list, blanks trimmed; calls `each` until it returns false.
template <class F>
bool for_each_member(std::string_view list, F each) {
  for (;;) {
    const std::size_t comma = list.find(',');
    std::string_view member = list.substr(0, comma);
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t'))
      member.remove_prefix(1);
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t'))
      member.remove_suffix(1);
    if (!each(member)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

// Fields that concern one connection only (RFC 9110, 7.6.1) or that the writer makes: never
// forwarded.
bool hop_by_hop(std::string_view name);

}  // namespace keyturn
