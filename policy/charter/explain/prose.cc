#include "policy/charter/explain/prose.h"

#include <algorithm>
#include <array>

namespace keyturn {
namespace {

constexpr std::size_t line_columns_max = 100;

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::string> names_of(const std::vector<Name>& names) {
  std::vector<std::string> out;
  for (const Name& name : names) out.emplace_back(name.text);
  return out;
}

}  // namespace

void Prose::heading(std::string_view text) {
  if (!out_.empty()) out_ += '\n';
  out_ += text;
  out_ += '\n';
  out_.append(columns(text), '-');
  out_ += '\n';
}

void Prose::paragraph(std::string_view sentences) { wrapped("", "", sentences); }
void Prose::item(std::string_view sentences) { wrapped("- ", "  ", sentences); }

void Prose::verbatim(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    if (!line.empty()) (out_ += "    ") += line;
    out_ += '\n';
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
}

void Prose::wrapped(std::string_view first_indent, std::string_view indent, std::string_view text) {
  out_ += first_indent;
  std::size_t at = columns(first_indent);
  bool begins_line = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t width = columns(word);
    if (!begins_line && at + 1 + width > line_columns_max) {
      out_ += '\n';
      out_ += indent;
      at = columns(indent);
      begins_line = true;
    }
    if (!begins_line) {
      out_ += ' ';
      ++at;
    }
    out_ += word;
    at += width;
    begins_line = false;
  }
  out_ += '\n';
}

std::string listed(const std::vector<std::string>& parts, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " " + std::string(last) + " " : ", ";
    out += parts[i];
  }
  return out;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string in_words(Duration duration) {
  struct Unit {
    std::int64_t seconds, least;
    std::string_view one, many;
  };
  constexpr std::array<Unit, 4> units = {{{86400, 7, "day", "days"},
                                          {3600, 1, "hour", "hours"},
                                          {60, 1, "minute", "minutes"},
                                          {1, 0, "second", "seconds"}}};
  for (const Unit& unit : units) {
    const std::int64_t count = duration.seconds / unit.seconds;
    if (duration.seconds % unit.seconds == 0 && count >= unit.least)
      return counted(static_cast<std::uint64_t>(count), unit.one, unit.many);
  }
  return duration.to_string();
}

std::string in_words(const DeclaredSelector& selector, bool one) {
  const std::string names = listed(names_of(selector.names), "or");
  if (selector.kind == SelectorKind::person) return names;
  if (selector.kind == SelectorKind::office) return (one ? "holder of " : "holders of ") + names;
  return (one ? "person of " : "persons of ") + names;
}

std::string in_words(const Expression& expression) {
  if (expression.kind == Expression::Kind::term) {
    const bool persons = expression.selector.kind == SelectorKind::person;
    return std::to_string(expression.count) + (persons ? " of " : " ") +
           in_words(expression.selector, expression.count == 1);
  }
  const bool all = expression.kind == Expression::Kind::all;
  std::vector<std::string> parts;
  for (const Expression& part : expression.parts) {
    const bool is_term = part.kind == Expression::Kind::term;
    parts.push_back(is_term ? in_words(part) : "(" + in_words(part) + ")");
  }
  return (all ? "" : "either ") + listed(parts, all ? "and" : "or");
}

std::string together_in_words(const DeclaredQuorum& quorum) {
  std::vector<std::string> bounds;
  if (quorum.across_institutions != 0)
    bounds.push_back("of at least " +
                     counted(quorum.across_institutions, "institution", "institutions"));
  if (quorum.across_branches != 0)
    bounds.push_back("of at least " + counted(quorum.across_branches, "branch", "branches") +
                     " of government");
  if (quorum.at_most_per_institution != 0)
    bounds.push_back("no more than " + std::to_string(quorum.at_most_per_institution) +
                     " of them of one institution");
  return bounds.empty() ? "" : ", together " + listed(bounds);
}

}  // namespace keyturn
