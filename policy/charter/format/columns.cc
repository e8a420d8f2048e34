// Columns: neighbouring declarations of one kind, and comments behind neighbouring lines.
//
// What stands in one column follows from the tokens alone, never from the spaces of the source, so
// that formatting twice is formatting once. Of a run of declarations: what follows the name, and
// every word that most of them have once, in one order (`pool`, `weight`, `at`).
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "policy/charter/format/layout.h"

namespace keyturn {
namespace {

// One long name does not push everybody else's columns out of sight.
constexpr std::size_t widened_columns_max = 40;
constexpr std::size_t name_index = 1;  // the keyword is 0
// Words beyond are in no column: a list of ten thousand offices is not a table.
constexpr std::size_t columns_tokens_max = 32;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The columns that a line's tokens [0, count) take.
std::size_t width(const LaidLine& line, std::size_t count) {
  std::size_t out = line.indent;
  for (std::size_t i = 0; i < count; ++i)
    out += line.tokens[i].spaces + characters(line.tokens[i].token->text);
  return out;
}

using Run = std::vector<LaidLine*>;

// Widens the spaces before tokens[indices[i]] of the run's line i, so that they begin alike.
void align_at(const Run& run, const std::vector<std::optional<std::size_t>>& indices) {
  std::size_t least = SIZE_MAX, most = 0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (!indices[i]) continue;
    const std::size_t before = width(*run[i], *indices[i]);
    least = std::min(least, before);
    most = std::max(most, before);
  }
  if (most <= least || most - least > widened_columns_max) return;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (!indices[i]) continue;
    const std::size_t before = width(*run[i], *indices[i]);
    run[i]->tokens[*indices[i]].spaces += static_cast<std::uint32_t>(most - before);
  }
}

// Where a word stands: in which line of the run, and as which of its tokens.
struct WordPlace {
  std::size_t line = 0, index = 0;
};
using Places = std::vector<WordPlace>;

// The words that stand in most lines of the run and in none of them twice, in the order in which
// they come first. Members of lists are values, not heads of columns.
std::vector<Places> common_words(const Run& run) {
  std::map<std::string_view, std::size_t> numbers;
  std::vector<Places> words;
  std::set<std::size_t> unfit;
  for (std::size_t line = 0; line < run.size(); ++line) {
    const auto& tokens = run[line]->tokens;
    const std::size_t end = std::min(tokens.size(), columns_tokens_max);
    for (std::size_t i = name_index + 2; i < end; ++i) {
      const Token& token = *tokens[i].token;
      if (token.kind != Token::Kind::atom) continue;
      const auto [at, is_new] = numbers.emplace(token.text, words.size());
      if (is_new) words.emplace_back();
      Places& places = words[at->second];
      const std::string_view before = tokens[i - 1].token->text;
      const bool in_list = before == "," || before == "[" || before == "(";
      if (in_list || (!places.empty() && places.back().line == line)) unfit.insert(at->second);
      places.push_back({line, i});
    }
  }
  std::vector<Places> out;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].size() * 2 > run.size() && unfit.count(i) == 0) out.push_back(std::move(words[i]));
  return out;
}

void align_run(const Run& run) {
  if (run.size() < 2) return;
  std::vector<std::optional<std::size_t>> indices(run.size());
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto& tokens = run[i]->tokens;
    const std::size_t behind = name_index + 1;
    if (tokens.size() > behind && tokens[behind].spaces > 0) indices[i] = behind;
  }
  align_at(run, indices);

  std::vector<std::size_t> reached(run.size(), name_index + 1);  // columns keep their order
  for (const Places& places : common_words(run)) {
    const bool in_order = std::all_of(places.begin(), places.end(), [&](const WordPlace& place) {
      return place.index > reached[place.line];
    });
    if (!in_order) continue;
    std::fill(indices.begin(), indices.end(), std::nullopt);
    for (const WordPlace& place : places) indices[place.line] = reached[place.line] = place.index;
    align_at(run, indices);
  }
}

// A declaration whose first line holds a table's row: it opens no block of several lines.
bool is_row(const LaidLine& line) {
  return line.begins_declaration && line.tokens.back().token->text != "{";
}

void align_declarations(std::vector<LaidLine>& lines) {
  Run run;
  const auto end_run = [&] {
    align_run(run);
    run.clear();
  };
  for (LaidLine& line : lines) {
    const bool apart = line.blank_before || line.tokens.empty();
    const bool other = line.begins_declaration &&
                       (!is_row(line) || (!run.empty() && run[0]->tokens[0].token->text !=
                                                              line.tokens[0].token->text));
    if (apart || other) end_run();
    if (is_row(line)) run.push_back(&line);
  }
  end_run();
}

void align_comments(std::vector<LaidLine>& lines) {
  for (std::size_t first = 0; first < lines.size();) {
    std::size_t last = first;
    std::size_t most = 0;
    const auto has_comment = [&](std::size_t at) {
      return at < lines.size() && !lines[at].tokens.empty() && !lines[at].comment.empty() &&
             (at == first || !lines[at].blank_before);
    };
    for (; has_comment(last); ++last)
      most = std::max(most, width(lines[last], lines[last].tokens.size()));
    for (std::size_t at = first; at < last; ++at) {
      const std::size_t short_by = most - width(lines[at], lines[at].tokens.size());
      if (short_by <= widened_columns_max)
        lines[at].comment_spaces += static_cast<std::uint32_t>(short_by);
    }
    first = std::max(last, first + 1);
  }
}

}  // namespace

void align_columns(std::vector<LaidLine>& lines) {
  align_declarations(lines);
  align_comments(lines);
}

}  // namespace keyturn
