// Cases: from their text to steps. One line is one step; only named bodies take several.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "gateway/charter/cases.h"
#include "gateway/http/message.h"
#include "policy/charter/diagnostics.h"

namespace keyturn {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// The first word; `text` is left at what follows it.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text = trimmed(text.substr(word.size()));
  return word;
}

// `a, b, c`; nullopt: an empty name, or blanks within one.
std::optional<std::vector<std::string>> take_names(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string_view name = trimmed(text.substr(start, end - start));
    if (name.empty() || name.find(' ') != std::string_view::npos) return std::nullopt;
    out.emplace_back(name);
    start = end + 1;
  }
  return out;
}

class CasesParser {
 public:
  CasesParser(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Result<std::vector<Case>> run() {
    while (next_line()) {
      const std::string_view content = trimmed(line_);
      if (content.empty() || content[0] == '#') continue;
      CHECK_OK(line_[0] == ' ' ? step(content) : heading(content));
    }
    CHECK_OK(end_case());
    if (cases_.empty()) return bad("no `case NAME`: nothing is asked");
    return std::move(cases_);
  }

 private:
  bool next_line() {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    line_ = text_.substr(at_, end - at_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    at_ = end + 1;
    ++number_;
    return true;
  }

  Error bad(std::string what) const {
    return Error{Code::invalid,
                 std::string(file_) + ":" + std::to_string(number_) + ": " + std::move(what)};
  }

  // In column 1: `case NAME`, or `body NAME` and its text, which goes on in indented lines.
  Result<void> heading(std::string_view content) {
    CHECK_OK(end_case());
    const std::string_view word = take_word(content);
    if (word == "case") {
      if (content.empty()) return bad("a case needs a name, a sentence of what it shows");
      cases_.emplace_back();
      cases_.back().name = content;
      cases_.back().line = number_;
      in_case_ = true;
      return {};
    }
    if (word != "body")
      return bad("expected `case NAME` or `body NAME` in column 1, found " + quoted(word) +
                 suggestion(word, {"case", "body"}));
    const std::string name(take_word(content));
    std::string text(content);
    while (at_ < text_.size() && text_[at_] == ' ' && next_line())
      (text += text.empty() ? "" : "\n") += line_;
    if (name.empty() || text.empty()) return bad("expected `body NAME` and the body's text");
    if (!bodies_.emplace(name, text).second) return bad("a second body " + quoted(name));
    return {};
  }

  Result<void> end_case() {
    if (request_) return bad("the request before this says not what becomes of it");
    if (in_case_ && cases_.back().steps.empty()) return bad("the case before this asks nothing");
    in_case_ = false;
    return {};
  }

  Result<void> step(std::string_view content) {
    if (!in_case_) return bad("an indented line belongs to a case, and there is none above");
    step_ = CaseStep();
    step_.line = number_;
    step_.text = content;
    std::string_view rest = content;
    std::string_view word = take_word(rest);
    if (word.ends_with(':')) {  // `claim: refused delay`
      word.remove_suffix(1);
      rest = trimmed(content.substr(word.size()));
    }
    if (method_of(word)) return begin_request(word, rest);
    for (const Word& known : words)
      if (known.word == word) return (this->*known.parse)(rest);
    std::vector<std::string_view> names;
    for (const Word& known : words) names.push_back(known.word);
    return bad("expected a step (`POST /path`, `held as …`, `approve …`), found " + quoted(word) +
               suggestion(word, names));
  }

  Result<void> begin_request(std::string_view method, std::string_view target) {
    if (request_) return bad("the request before this says not what becomes of it");
    if (target.empty() || target[0] != '/')
      return bad("expected a target behind the method, as in `POST /api/v1/tasks`");
    request_.emplace();
    request_->method = method;
    request_->target = target;
    return {};
  }

  // --- what belongs to a request ---
  Result<void> parse_as(std::string_view rest) {
    return attribute(&RecordedRequest::principal, rest);
  }
  Result<void> parse_host(std::string_view rest) { return attribute(&RecordedRequest::host, rest); }
  Result<void> attribute(std::string RecordedRequest::*member, std::string_view rest) {
    if (!request_) return bad("this belongs to a request, behind its `METHOD /path`");
    if (rest.empty() || rest.find(' ') != std::string_view::npos) return bad("expected one name");
    (*request_).*member = rest;
    return {};
  }
  Result<void> parse_header(std::string_view rest) {
    if (!request_) return bad("this belongs to a request, behind its `METHOD /path`");
    const std::string name(take_word(rest));
    if (name.empty() || rest.empty()) return bad("expected `header NAME VALUE`");
    request_->fields.emplace_back(name, rest);
    return {};
  }
  Result<void> parse_body(std::string_view rest) {
    if (!request_) return bad("this belongs to a request, behind its `METHOD /path`");
    if (rest.empty()) return bad("expected a body, or the name of one");
    const bool is_text = std::string_view("{[\"").find(rest[0]) != std::string_view::npos;
    if (is_text) {
      request_->body = rest;
      return {};
    }
    const auto found = bodies_.find(rest);
    if (found == bodies_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [name, text] : bodies_) names.push_back(name);
      return bad("no body " + quoted(rest) + " stands above" + suggestion(rest, names));
    }
    request_->body = found->second;
    return {};
  }

  // --- what becomes of it ---
  Result<void> end_request(CaseStep::Kind kind) {
    if (!request_) return bad("this says what becomes of a request, and none is open above");
    const bool types_body =
        !request_->body.empty() &&
        std::none_of(request_->fields.begin(), request_->fields.end(),
                     [](const auto& field) { return field.first == "content-type"; });
    if (types_body) request_->fields.emplace_back("content-type", "application/json");
    step_.kind = kind;
    step_.text = request_->method + " " + request_->target +
                 (request_->principal.empty() ? "" : " as " + request_->principal);
    step_.request = std::move(*request_);
    request_.reset();
    return add();
  }
  Result<void> parse_passes(std::string_view rest) {
    if (!rest.empty() && take_word(rest) != "as")
      return bad("expected `passes` or `passes as PASS`");
    step_.name = rest;
    return end_request(CaseStep::Kind::passes);
  }
  Result<void> parse_held(std::string_view rest) {
    const bool is_as = take_word(rest) == "as";
    const auto names = take_names(rest);
    if (!is_as || !names) return bad("expected `held as CLASS{, CLASS}`");
    step_.names = *names;
    std::sort(step_.names.begin(), step_.names.end());
    return end_request(CaseStep::Kind::held);
  }
  Result<void> parse_refused(std::string_view rest) {
    if (rest.empty() || rest.find(' ') != std::string_view::npos)
      return bad("expected `refused CODE`, as in `refused share-limit`");
    step_.name = rest;
    return end_request(CaseStep::Kind::refused);
  }
  Result<void> parse_unmatched(std::string_view rest) {
    if (!rest.empty()) return bad("expected nothing behind `unmatched`");
    step_.name = "unmatched";
    return end_request(CaseStep::Kind::refused);
  }

  // --- what is done with a command ---
  // `…: refused CODE`, `…: adds nothing`, `…: stops`; `rest` is left at what stands before.
  Result<void> take_outcome(std::string_view& rest) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return {};
    std::string_view outcome = trimmed(rest.substr(colon + 1));
    rest = trimmed(rest.substr(0, colon));
    const std::string_view word = take_word(outcome);
    if (word == "refused" && !outcome.empty()) {
      step_.outcome = CaseStep::Outcome::refused;
      step_.name = outcome;
    } else if (word == "adds" && outcome == "nothing") {
      step_.outcome = CaseStep::Outcome::adds_nothing;
    } else if (word == "stops" && outcome.empty()) {
      step_.outcome = CaseStep::Outcome::stops;
    } else {
      return bad("expected `refused CODE`, `adds nothing` or `stops` behind the colon");
    }
    return {};
  }
  Result<void> speak(CaseStep::Kind kind, std::string_view rest) {
    CHECK_OK(take_outcome(rest));
    const auto names = take_names(rest);
    if (!names) return bad("expected the persons who sign, joined by `,`");
    step_.kind = kind;
    step_.names = *names;
    return add();
  }
  Result<void> parse_approve(std::string_view rest) { return speak(CaseStep::Kind::approve, rest); }
  Result<void> parse_veto(std::string_view rest) { return speak(CaseStep::Kind::veto, rest); }
  Result<void> act(CaseStep::Kind kind, std::string_view rest) {
    CHECK_OK(take_outcome(rest));
    if (!rest.empty()) return bad("expected nothing more, or `: refused CODE`");
    step_.kind = kind;
    return add();
  }
  Result<void> parse_claim(std::string_view rest) { return act(CaseStep::Kind::claim, rest); }
  Result<void> parse_cancel(std::string_view rest) { return act(CaseStep::Kind::cancel, rest); }
  Result<void> parse_wait(std::string_view rest) {
    const auto duration = Duration::parse(rest);
    if (!duration.ok())
      return bad("expected a time, as in `90s`, `30m`, `8h`, `7d`, in its largest unit");
    step_.kind = CaseStep::Kind::wait;
    step_.wait = *duration;
    return add();
  }
  Result<void> parse_lacks(std::string_view rest) {
    if (rest.empty() || rest.find(' ') != std::string_view::npos)
      return bad("expected `lacks CODE`, as in `lacks quorum`");
    step_.kind = CaseStep::Kind::lacks;
    step_.name = rest;
    return add();
  }
  Result<void> parse_may(std::string_view rest) {
    if (rest != "be claimed" && rest != "not be claimed")
      return bad("expected `may be claimed` or `may not be claimed`");
    step_.kind = CaseStep::Kind::may_be_claimed;
    step_.name = rest == "be claimed" ? "" : "not";
    return add();
  }
  Result<void> parse_directs(std::string_view rest) {
    const std::string person(take_word(rest)), pool(take_word(rest));
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), step_.weight);
    if (rest.empty() || error != std::errc() || end != rest.data() + rest.size())
      return bad("expected `directs PERSON POOL WEIGHT`");
    step_.kind = CaseStep::Kind::directs;
    step_.names = {person, pool};
    return add();
  }

  Result<void> add() {
    if (request_) return bad("the request before this says not what becomes of it");
    cases_.back().steps.push_back(std::move(step_));
    return {};
  }

  struct Word {
    std::string_view word;
    Result<void> (CasesParser::*parse)(std::string_view rest);
  };
  static const std::array<Word, 16> words;

  const std::string_view text_, file_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 0;
  std::string_view line_;
  std::map<std::string, std::string, std::less<>> bodies_;
  std::vector<Case> cases_;
  bool in_case_ = false;
  std::optional<RecordedRequest> request_;  // not yet said what becomes of it
  CaseStep step_;
};

const std::array<CasesParser::Word, 16> CasesParser::words = {{
    {"as", &CasesParser::parse_as},
    {"host", &CasesParser::parse_host},
    {"header", &CasesParser::parse_header},
    {"body", &CasesParser::parse_body},
    {"passes", &CasesParser::parse_passes},
    {"held", &CasesParser::parse_held},
    {"refused", &CasesParser::parse_refused},
    {"unmatched", &CasesParser::parse_unmatched},
    {"approve", &CasesParser::parse_approve},
    {"veto", &CasesParser::parse_veto},
    {"claim", &CasesParser::parse_claim},
    {"cancel", &CasesParser::parse_cancel},
    {"wait", &CasesParser::parse_wait},
    {"lacks", &CasesParser::parse_lacks},
    {"may", &CasesParser::parse_may},
    {"directs", &CasesParser::parse_directs},
}};

}  // namespace

Result<std::vector<Case>> parse_cases(std::string_view text, std::string_view file) {
  return CasesParser(text, file).run();
}

}  // namespace keyturn
