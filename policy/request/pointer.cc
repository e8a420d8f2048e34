#include "policy/request/pointer.h"

#include <algorithm>

namespace keyturn {
namespace {

// `~0` and `~1` resolved (RFC 6901 section 4), or nothing: another escape.
Result<std::string> unescape(std::string_view token, std::string_view pointer) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    const char next = i + 1 < token.size() ? token[i + 1] : '\0';
    if (next != '0' && next != '1')
      return Error{Code::invalid, "pointer `" + std::string(pointer) +
                                      "`: `~` is written `~0`, `/` is written `~1`"};
    out += next == '0' ? '~' : '/';
    ++i;
  }
  return out;
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

bool Pointer::has_wildcard() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return step.kind != Step::Kind::member; });
}

std::string Pointer::to_string() const {
  std::string out;
  for (const Step& step : steps) {
    out += '/';
    if (step.kind == Step::Kind::element) out += '*';
    if (step.kind == Step::Kind::below) out += "**";
    if (step.kind != Step::Kind::member) continue;
    for (const char c : step.name) {
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
    }
  }
  return out;
}

Result<Pointer> Pointer::parse(std::string_view text) {
  if (text.empty() || text[0] != '/')
    return Error{Code::invalid, "pointer `" + std::string(text) + "`: begins with `/`"};
  // Pointers stand in facts and in refusals, which are printable ASCII.
  if (!is_printable_ascii(text)) return Error{Code::invalid, "a pointer is printable ASCII"};
  Pointer pointer;
  for (std::size_t start = 1; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view token = text.substr(start, end - start);
    start = end + 1;
    if (token == "**" && end != text.size())
      return Error{Code::invalid, "pointer `" + std::string(text) + "`: `**` stands last only"};
    Step step;
    if (token == "*") {
      step.kind = Step::Kind::element;
    } else if (token == "**") {
      step.kind = Step::Kind::below;
    } else {
      TRY(step.name, unescape(token, text));
    }
    pointer.steps.push_back(std::move(step));
  }
  return pointer;
}

}  // namespace keyturn
