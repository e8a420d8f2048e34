#include "gateway/http/reader.h"

#include <algorithm>
#include <cstring>

#include "keyturn/limits.h"

namespace keyturn {
namespace {

// A stream is read in pieces of at most this; a request's head and small body fit in the first 4
// KiB.
constexpr std::size_t stream_bytes = 64 * 1024;
constexpr std::size_t read_bytes_min = 1024;
constexpr std::size_t idle_bytes = 4096;  // what a connection keeps while nothing happens
// With the longest method, ` HTTP/1.1` CRLF, and a little room to say 414 rather than 400.
constexpr std::size_t request_line_bytes_max = request_target_bytes_max + 32;

constexpr Reject malformed{400, "malformed", "the head is not well-formed HTTP/1.1"};
constexpr Reject line_ending{400, "malformed", "lines end in CR LF, and none begins with a blank"};
constexpr std::string_view http_2_preface = "PRI * HTTP/2";
constexpr Reject http_2{505, "http-version",
                        "this gateway speaks HTTP/1.1; HTTP/2 is not supported"};
constexpr Reject head_too_large{431, "head-too-large",
                                "the head is longer than request_head_bytes_max"};
constexpr Reject target_too_long{414, "target-too-long",
                                 "the target is longer than request_target_bytes_max"};
constexpr Reject bad_chunk{400, "framing", "the chunked body is malformed, or has trailers"};
constexpr Reject body_too_large{413, "body-too-large", "the body is longer than is read here"};

}  // namespace

RequestReader::RequestReader() : tokens_(Tokens::Kind::request) { fields_.reserve(16); }

std::span<char> RequestReader::space() {
  if (phase_ == Phase::body && !gathering_ && taken_ > head_bytes_) {
    // Streamed pieces were used up before more is asked for: their place is free again.
    buffer_.erase(head_bytes_, taken_);
    taken_ = head_bytes_;
  }
  const char* base = buffer_.data();
  if (phase_ == Phase::body && !gathering_ && buffer_.capacity() < stream_bytes)
    buffer_.prepare(buffer_.size() == buffer_.capacity() ? buffer_.capacity() : 1);
  const auto space = buffer_.prepare(read_bytes_min);
  if (buffer_.data() != base) rebase(base);
  return space;
}

void RequestReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto to = space();
    const std::size_t some = std::min(to.size(), bytes.size());
    std::memcpy(to.data(), bytes.data(), some);
    commit(some);
    bytes.remove_prefix(some);
  }
}

bool RequestReader::full() const {
  // While an answer is awaited, what the client sends ahead is kept up to one head.
  return phase_ == Phase::end && bytes_ahead() >= request_head_bytes_max;
}

// The buffer moved: so do the views into it.
void RequestReader::rebase(const char* old_base) {
  if (phase_ == Phase::head || old_base == nullptr) return;
  const auto moved = [&](std::string_view view) -> std::string_view {
    if (view.data() == nullptr) return view;
    return {buffer_.data() + (view.data() - old_base), view.size()};
  };
  for (FieldView& field : fields_) field = {moved(field.name), moved(field.value)};
  head_.fields_ = fields_;
  head_.target_ = moved(head_.target_);
  head_.host_ = moved(head_.host_);
}

Read RequestReader::refuse(const Reject& reject) {
  phase_ = Phase::rejected;
  reject_ = reject;
  return Read::reject;
}

void RequestReader::gather(std::uint64_t body_bytes_max) {
  gathering_ = true;
  body_bytes_max_ = body_bytes_max;
}

Read RequestReader::next() {
  switch (phase_) {
    case Phase::head:
      return read_head();
    case Phase::body:
      return read_body();
    case Phase::end:
      return Read::end;
    case Phase::rejected:
      break;
  }
  return Read::reject;
}

Read RequestReader::read_head() {
  // Each limit is looked at in the order of the bytes, so that the verdict does not hang on how
  // they were split: the first line up to its own limit, then the rest.
  const auto scan_to = [&](std::size_t limit) {
    return scan_.scan(buffer_.view(0, std::min(buffer_.size(), limit)));
  };
  LineScan::Step step = LineScan::Step::need_more;
  if (scan_.first_line_bytes() == 0) step = scan_to(request_line_bytes_max);
  if (step == LineScan::Step::need_more && scan_.first_line_bytes() == 0)
    return buffer_.size() > request_line_bytes_max ? refuse(target_too_long) : Read::need_more;
  if (step == LineScan::Step::need_more) step = scan_to(request_head_bytes_max);
  if (step == LineScan::Step::bad) return refuse(line_ending);
  if (step == LineScan::Step::need_more)
    return buffer_.size() > request_head_bytes_max ? refuse(head_too_large) : Read::need_more;

  head_bytes_ = taken_ = body_end_ = scan_.head_bytes();
  StartLine line;
  const std::string_view head = buffer_.view(0, head_bytes_);
  if (!tokens_.head(head, line, fields_))
    return refuse(head.starts_with(http_2_preface) ? http_2 : malformed);
  HeadMeaning meaning;
  if (const auto reject = admit_request(line, fields_, meaning, keyturn_fields_))
    return refuse(*reject);

  head_.method_ = meaning.method;
  head_.framing_ = meaning.framing;
  head_.http_1_0_ = line.http_1_0;
  head_.keep_alive_ = meaning.keep_alive;
  head_.expects_continue_ = meaning.expects_continue;
  head_.path_bytes_ = meaning.path_bytes;
  head_.content_length_ = remaining_ = meaning.content_length;
  head_.target_ = line.target;
  head_.host_ = meaning.host;
  head_.fields_ = fields_;
  phase_ = Phase::body;
  return Read::head;
}

Read RequestReader::read_body() {
  if (head_.framing_ == Framing::chunked) return read_chunked();
  if (gathering_ && head_.content_length_ > body_bytes_max_) return refuse(body_too_large);
  const std::size_t here = std::min<std::uint64_t>(remaining_, buffer_.size() - taken_);
  if (here > 0) {
    piece_ = buffer_.view(taken_, taken_ + here);
    taken_ += here;
    remaining_ -= here;
    body_end_ = taken_;
    if (!gathering_) return Read::piece;
  }
  if (remaining_ > 0) return Read::need_more;
  phase_ = Phase::end;
  return Read::end;
}

Read RequestReader::read_chunked() {
  for (;;) {
    const Tokens::Chunked chunk = tokens_.chunked(buffer_.view(taken_, buffer_.size()));
    taken_ += chunk.taken;
    switch (chunk.step) {
      case Tokens::Step::need_more:
        // What was gathered grows towards what was parsed; close the gap before reading on.
        if (gathering_ && taken_ > body_end_) {
          buffer_.erase(body_end_, taken_);
          taken_ = body_end_;
        }
        return Read::need_more;
      case Tokens::Step::bad:
        return refuse(bad_chunk);
      case Tokens::Step::end:
        phase_ = Phase::end;
        return Read::end;
      case Tokens::Step::data:
        piece_ = chunk.data;
        if (!gathering_) return Read::piece;
        if (body_end_ - head_bytes_ + piece_.size() > body_bytes_max_)
          return refuse(body_too_large);
        std::memmove(buffer_.data() + body_end_, piece_.data(), piece_.size());
        body_end_ += piece_.size();
        break;
    }
  }
}

void RequestReader::forget_message() {
  buffer_.erase(0, taken_);
  head_bytes_ = taken_ = body_end_ = 0;
  fields_.clear();
  head_.fields_ = {};
  head_.target_ = head_.host_ = piece_ = {};
  head_.path_bytes_ = 0;
  buffer_.shrink(0);
}

void RequestReader::restart() {
  buffer_.erase(0, taken_);
  head_bytes_ = taken_ = body_end_ = 0;
  phase_ = Phase::head;
  gathering_ = false;
  scan_.reset();
  piece_ = {};
  buffer_.shrink(idle_bytes);
}

AnswerReader::AnswerReader() : tokens_(Tokens::Kind::response) { fields_.reserve(16); }

void AnswerReader::start(bool to_head) {
  buffer_.clear();
  phase_ = Phase::head;
  to_head_ = to_head;
  scan_.reset();
  taken_ = 0;
  received_ = 0;
  piece_ = {};
}

void AnswerReader::shrink() {
  buffer_.clear();
  buffer_.shrink(idle_bytes);
  taken_ = 0;
}

std::span<char> AnswerReader::space() {
  if (phase_ != Phase::head && taken_ > 0) {
    buffer_.erase(0, taken_);
    taken_ = 0;
  }
  const bool full = buffer_.capacity() > 0 && buffer_.size() == buffer_.capacity();
  if (full && buffer_.capacity() < stream_bytes) return buffer_.prepare(buffer_.capacity());
  return buffer_.prepare(read_bytes_min);
}

void AnswerReader::commit(std::size_t bytes) {
  buffer_.commit(bytes);
  received_ += bytes;
}

void AnswerReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto to = space();
    const std::size_t some = std::min(to.size(), bytes.size());
    std::memcpy(to.data(), bytes.data(), some);
    commit(some);
    bytes.remove_prefix(some);
  }
}

Read AnswerReader::refuse(std::string_view what) {
  phase_ = Phase::rejected;
  what_ = what;
  return Read::reject;
}

Read AnswerReader::next() {
  switch (phase_) {
    case Phase::head:
      return read_head();
    case Phase::body:
      return read_body();
    case Phase::end:
      return Read::end;
    case Phase::rejected:
      break;
  }
  return Read::reject;
}

Read AnswerReader::next_at_close() {
  if (phase_ == Phase::end) return Read::end;
  if (phase_ != Phase::body || head_.framed.framing != AnswerFraming::until_close)
    return refuse("the connection ended within an answer");
  phase_ = Phase::end;
  return Read::end;
}

Read AnswerReader::read_head() {
  for (;;) {
    const std::size_t seen = std::min<std::size_t>(buffer_.size(), response_head_bytes_max);
    const LineScan::Step step = scan_.scan(buffer_.view(0, seen));
    if (step == LineScan::Step::bad) return refuse("line endings");
    if (step == LineScan::Step::need_more)
      return buffer_.size() > response_head_bytes_max ? refuse("a head that is too long")
                                                      : Read::need_more;
    StartLine line;
    if (!tokens_.head(buffer_.view(0, scan_.head_bytes()), line, fields_))
      return refuse("not well-formed HTTP/1.1");
    head_.framed = {};
    if (const auto wrong = admit_answer(line, fields_, to_head_, head_.framed))
      return refuse(*wrong);
    if (line.status >= 200) {
      head_.status = line.status;
      break;
    }
    buffer_.erase(0, scan_.head_bytes());
    scan_.reset();
  }
  taken_ = scan_.head_bytes();
  head_.fields = fields_;
  remaining_ = head_.framed.content_length;
  phase_ = Phase::body;
  return Read::head;
}

Read AnswerReader::read_body() {
  const std::string_view here = buffer_.view(taken_, buffer_.size());
  switch (head_.framed.framing) {
    case AnswerFraming::none:
      break;
    case AnswerFraming::length: {
      const std::size_t some = std::min<std::uint64_t>(remaining_, here.size());
      taken_ += some;
      remaining_ -= some;
      piece_ = here.substr(0, some);
      if (some > 0) return Read::piece;
      if (remaining_ > 0) return Read::need_more;
      break;
    }
    case AnswerFraming::chunked: {
      const Tokens::Chunked chunk = tokens_.chunked(here);
      taken_ += chunk.taken;
      piece_ = chunk.data;
      if (chunk.step == Tokens::Step::need_more) return Read::need_more;
      if (chunk.step == Tokens::Step::data) return Read::piece;
      if (chunk.step == Tokens::Step::bad) return refuse("the chunked body");
      break;
    }
    case AnswerFraming::until_close:
      if (here.empty()) return Read::need_more;
      taken_ += here.size();
      piece_ = here;
      return Read::piece;
  }
  phase_ = Phase::end;
  return Read::end;
}

}  // namespace keyturn
