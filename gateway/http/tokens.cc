#include "gateway/http/tokens.h"

#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

namespace beast = boost::beast;
using beast::error_code;

std::string_view plain(beast::string_view text) { return {text.data(), text.size()}; }

// CRLF of the chunk before, 16 hexadecimal digits, the extension, CRLF.
constexpr std::size_t chunk_line_bytes_max = 2 + 16 + chunk_extension_bytes_max + 2;

// `0 CR LF CR LF`.
constexpr std::size_t shortest_chunk_bytes = 5;

// An extension has one reading only without blanks: `;name=value`, printable.
bool sound_extension(std::string_view extension) {
  if (extension.size() > chunk_extension_bytes_max) return false;
  if (!extension.empty() && extension.front() != ';') return false;
  for (char c : extension)
    if (c <= ' ' || c > '~') return false;
  return true;
}

}  // namespace

// Collects what Beast calls back with. Nothing is stored but views.
template <bool request>
class Tokens::BeastParser : public beast::http::basic_parser<request> {
 public:
  BeastParser() {
    this->header_limit(static_cast<std::uint32_t>(response_head_bytes_max) + 1);
    this->body_limit(boost::none);
  }

  StartLine* line = nullptr;
  std::vector<FieldView>* fields =
      nullptr;  // null once the head is done: what comes then is a trailer
  const char* chunk_begin = nullptr;
  std::uint64_t chunk_left = 0;  // data of the present chunk still to come
  std::string_view data;

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, error_code&) override {
    line->method = plain(method);
    line->target = plain(target);
    line->http_1_0 = version == 10;
  }
  void on_response_impl(int status, beast::string_view, int version, error_code&) override {
    line->status = static_cast<unsigned>(status);
    line->http_1_0 = version == 10;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    // Beast would merge a trailer into the fields that were already judged [T02].
    if (fields == nullptr)
      error = beast::http::error::bad_field;
    else
      fields->push_back({plain(name), plain(value)});
  }
  void on_header_impl(error_code&) override { fields = nullptr; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view extension,
                            error_code& error) override {
    chunk_left = size;
    const auto digits = extension.data() - chunk_begin;
    if (digits > 2 + 16 || !sound_extension(plain(extension)))
      error = beast::http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    data = plain(body);
    chunk_left -= body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

class Tokens::Parser {
 public:
  std::optional<BeastParser<true>> request;
  std::optional<BeastParser<false>> response;
};

Tokens::Tokens(Kind kind) : kind_(kind), parser_(std::make_unique<Parser>()) {}
Tokens::~Tokens() = default;

namespace {

template <class Parser>
bool parse_head(Parser& parser, std::string_view raw, StartLine& line,
                std::vector<FieldView>& fields) {
  parser.line = &line;
  parser.fields = &fields;
  error_code error;
  const std::size_t taken = parser.put({raw.data(), raw.size()}, error);
  return !error && taken == raw.size() && parser.is_header_done();
}

template <class Parser>
Tokens::Chunked parse_chunked(Parser& parser, std::string_view raw) {
  using Step = Tokens::Step;
  Tokens::Chunked out;
  // One put() is one chunk header, one stretch of data, or the end.
  while (out.taken < raw.size()) {
    const std::string_view rest = raw.substr(out.taken);
    // Given `0 CR LF` and then one byte more, Beast 1.81 aborts on an assertion of its own (`n >=
    // 5`): any caller could end the process. No chunk header and what must follow it is shorter
    // than five.
    if (parser.chunk_left == 0 && rest.size() < shortest_chunk_bytes) return out;
    parser.chunk_begin = rest.data();
    parser.data = {};
    error_code error;
    out.taken += parser.put({rest.data(), rest.size()}, error);
    if (error == beast::http::error::need_more) {
      if (raw.size() - out.taken > chunk_line_bytes_max) out.step = Step::bad;
      return out;
    }
    if (error) out.step = Step::bad;
    if (!error && parser.is_done()) out.step = Step::end;
    if (!error && !parser.data.empty()) {
      out.step = Step::data;
      out.data = parser.data;
    }
    if (out.step != Step::need_more) return out;
  }
  return out;
}

}  // namespace

bool Tokens::head(std::string_view raw, StartLine& line, std::vector<FieldView>& fields) {
  fields.clear();
  // A Beast parser reads one message; a fresh one costs next to nothing.
  if (kind_ == Kind::request) return parse_head(parser_->request.emplace(), raw, line, fields);
  return parse_head(parser_->response.emplace(), raw, line, fields);
}

Tokens::Chunked Tokens::chunked(std::string_view raw) {
  if (kind_ == Kind::request) return parse_chunked(*parser_->request, raw);
  return parse_chunked(*parser_->response, raw);
}

}  // namespace keyturn
