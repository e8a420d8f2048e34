#include "policy/request/path.h"

#include <algorithm>

namespace keyturn {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~' || c == ':' || c == '@';
}

// Takes `/segment` from the front of `path`; nullopt if there is none, or if it is empty.
std::optional<std::string_view> take_segment(std::string_view& path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  std::string_view segment = path.substr(0, path.find('/'));
  if (segment.empty()) return std::nullopt;
  path.remove_prefix(segment.size());
  return segment;
}

// Walks pattern and path together; `visit` sees every segment with the part of the pattern it fell
// to.
template <class Visit>
bool walk(const std::vector<Segment>& pattern, std::string_view path, Visit visit) {
  for (const Segment& part : pattern) {
    auto segment = take_segment(path);
    if (!segment) return false;
    if (part.kind == Segment::Kind::literal && part.text != *segment) return false;
    visit(part, *segment);
    if (part.kind == Segment::Kind::rest) {
      while (!path.empty())
        if (!take_segment(path)) return false;
      return true;  // INVARIANT of Segment: `**` stands only last
    }
  }
  return path.empty();
}

}  // namespace

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

bool path_is_plain(std::string_view path) {
  if (path.empty()) return false;
  while (!path.empty()) {
    auto segment = take_segment(path);
    if (!segment || *segment == "." || *segment == "..") return false;
    if (!std::all_of(segment->begin(), segment->end(), is_plain)) return false;
  }
  return true;
}

bool path_matches(const std::vector<Segment>& pattern, std::string_view path) {
  return walk(pattern, path, [](const Segment&, std::string_view) {});
}

std::string pattern_text(const std::vector<Segment>& pattern) {
  std::string out;
  for (const Segment& segment : pattern) {
    out += segment.kind == Segment::Kind::any     ? "/*"
           : segment.kind == Segment::Kind::rest  ? "/**"
           : segment.kind == Segment::Kind::named ? "/:" + segment.text
                                                  : "/" + segment.text;
  }
  return out;
}

bool allows(const Matcher& matcher, std::string_view method) {
  return std::binary_search(matcher.methods.begin(), matcher.methods.end(), method);
}

bool meets(const Matcher& matcher, std::string_view method, std::string_view path) {
  return allows(matcher, method) && path_matches(matcher.path, path);
}

std::optional<std::string_view> segment_named(const std::vector<Segment>& pattern,
                                              std::string_view path, std::string_view name) {
  std::optional<std::string_view> found;
  bool matches = walk(pattern, path, [&](const Segment& part, std::string_view segment) {
    if (part.kind == Segment::Kind::named && part.text == name) found = segment;
  });
  return matches ? found : std::nullopt;
}

}  // namespace keyturn
