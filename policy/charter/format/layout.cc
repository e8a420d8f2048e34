#include "policy/charter/format/layout.h"

#include <algorithm>

namespace keyturn {
namespace {

constexpr std::uint32_t step = 2;  // of indentation

bool is_mark(const Token& token, std::string_view text) {
  return token.kind == Token::Kind::punctuation && token.text == text;
}
bool is_word(const Token& token, std::string_view text) {
  return token.kind == Token::Kind::atom && token.text == text;
}

// Whether a line that begins with `token` goes on with the list or expression of the line above.
bool goes_on(const Token& before, const Token& token) {
  return is_mark(before, ",") || is_mark(before, "(") || is_mark(before, "[") ||
         is_word(before, "and") || is_word(before, "or") || is_word(token, "and") ||
         is_word(token, "or");
}

std::uint32_t spaces_between(const Token& before, const Token& token) {
  if (is_mark(token, ",") || is_mark(token, ")") || is_mark(token, "]")) return 0;
  return is_mark(before, "(") || is_mark(before, "[") ? 0 : 1;
}

// For each brace, whether its block stands on several lines in the source.
std::vector<bool> blocks_of_several_lines(std::span<const Token> tokens) {
  std::vector<bool> out(tokens.size(), false);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_mark(tokens[i], "{")) {
      open.push_back(i);
    } else if (is_mark(tokens[i], "}") && !open.empty()) {
      out[i] = out[open.back()] = tokens[i].place.line != tokens[open.back()].place.line;
      open.pop_back();
    }
  }
  return out;
}

class Layout {
 public:
  Layout(std::span<const Token> tokens, std::span<const Comment> comments)
      : tokens_(tokens), comments_(comments), several_lines_(blocks_of_several_lines(tokens)) {}

  std::vector<LaidLine> run() {
    for (std::size_t i = 0; tokens_[i].kind != Token::Kind::end; ++i) {
      add_comments_before(i);
      add_token(i);
    }
    add_comments_before(tokens_.size() - 1);
    return std::move(lines_);
  }

 private:
  void add_comments_before(std::size_t index) {
    const bool at_end = tokens_[index].kind == Token::Kind::end;
    while (next_comment_ < comments_.size()) {
      const Comment& comment = comments_[next_comment_];
      const bool earlier = comment.place.line < tokens_[index].place.line;
      if (!at_end && !earlier) return;
      add_comment(comment, index);
      ++next_comment_;
    }
  }

  void add_comment(const Comment& comment, std::size_t next_token) {
    const std::string_view text = comment.text.substr(0, comment.text.find_last_not_of(' ') + 1);
    if (!lines_.empty() && comment.place.line == last_line_) {
      lines_.back().comment = text;
      lines_.back().comment_spaces = step;
    } else {
      begin_line(comment.place, indent_of_comment(comment, tokens_[next_token]));
      lines_.back().comment = text;
    }
    last_line_ = comment.place.line;
    after_comment_ = true;
  }

  // A comment stands with what follows it; between two declarations, with the one that its author
  // indented it below, or the next.
  std::uint32_t indent_of_comment(const Comment& comment, const Token& next) const {
    if (depth_ > 0) return step * static_cast<std::uint32_t>(depth_);
    const bool between = next.kind == Token::Kind::end || begins_declaration(next, depth_);
    if (!between) return step;
    return before_ != nullptr && comment.place.column > 1 ? step : 0;
  }

  void add_token(std::size_t index) {
    const Token& token = tokens_[index];
    const bool begins = begins_declaration(token, depth_);
    if (begins) before_ = nullptr;
    if (is_mark(token, "}")) --depth_;
    if (needs_line(index, begins)) {
      begin_line(token.place, indent_of(token, begins));
      lines_.back().begins_declaration = begins;
      if (is_mark(token, "}")) lines_.back().blank_before = false;
      lines_.back().tokens.push_back({&token, 0});
    } else {
      lines_.back().tokens.push_back({&token, spaces_between(*before_, token)});
    }
    if (is_mark(token, "{")) ++depth_;
    before_ = &token;
    before_index_ = index;
    last_line_ = token.place.line;
    after_comment_ = false;
  }

  bool needs_line(std::size_t index, bool begins) const {
    const Token& token = tokens_[index];
    if (begins || before_ == nullptr || after_comment_) return true;
    if (several_lines_[index] && is_mark(token, "}")) return true;
    if (several_lines_[before_index_] && is_mark(*before_, "{")) return true;
    return token.place.line != before_->place.line && !is_mark(token, "{");
  }

  std::uint32_t indent_of(const Token& token, bool begins) const {
    if (begins) return 0;
    std::uint32_t out = step * static_cast<std::uint32_t>(std::max(depth_, 0));
    if (depth_ <= 0 && !is_mark(token, "}")) out = step;
    if (before_ != nullptr && goes_on(*before_, token)) out += step;
    return out;
  }

  void begin_line(Place place, std::uint32_t indent) {
    LaidLine line;
    line.indent = indent;
    const bool opens_block = before_ != nullptr && is_mark(*before_, "{") && !after_comment_;
    line.blank_before = !lines_.empty() && place.line > last_line_ + 1 && !opens_block;
    lines_.push_back(std::move(line));
  }

  const std::span<const Token> tokens_;
  const std::span<const Comment> comments_;
  const std::vector<bool> several_lines_;
  std::vector<LaidLine> lines_;
  std::size_t next_comment_ = 0, before_index_ = 0;
  const Token* before_ = nullptr;  // within the declaration
  std::uint32_t last_line_ = 0;    // of the source
  int depth_ = 0;
  bool after_comment_ = false;
};

}  // namespace

bool begins_declaration(const Token& token, int depth) {
  return token.place.column == 1 && depth <= 0 && !is_mark(token, "}") &&
         token.kind != Token::Kind::end;
}

std::vector<Comment> comments_of(std::string_view text, std::span<const Token> tokens) {
  std::vector<Comment> out;
  std::size_t at = 0, line_start = 0;
  std::uint32_t line = 1;
  const auto read_until = [&](std::size_t end) {
    while (at < end) {
      if (text[at] == '\n') {
        ++line;
        line_start = at + 1;
      } else if (text[at] == '#') {
        const std::size_t stop = std::min(text.find('\n', at), end);
        Place place{line, static_cast<std::uint32_t>(at - line_start + 1),
                    static_cast<std::uint32_t>(stop - at)};
        out.push_back({text.substr(at, stop - at), place});
        at = stop;
        continue;
      }
      ++at;
    }
  };
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::end) break;
    read_until(static_cast<std::size_t>(token.text.data() - text.data()));
    at += token.text.size();
  }
  read_until(text.size());
  return out;
}

std::vector<LaidLine> lay_out(std::span<const Token> tokens, std::span<const Comment> comments) {
  return Layout(tokens, comments).run();
}

std::string print(const std::vector<LaidLine>& lines) {
  std::string out;
  for (const LaidLine& line : lines) {
    if (line.blank_before) out += '\n';
    out.append(line.indent, ' ');
    for (const LaidToken& laid : line.tokens) {
      out.append(laid.spaces, ' ');
      out += laid.token->text;
    }
    if (!line.comment.empty()) {
      out.append(line.comment_spaces, ' ');
      out += line.comment;
    }
    out += '\n';
  }
  return out;
}

}  // namespace keyturn
