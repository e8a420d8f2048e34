#include <algorithm>

#include "keyturn/limits.h"
#include "policy/charter/parser/parser.h"

namespace keyturn {

// class ID at ID { {match …} [by …] directs … [shape …] [effect STRING] [stop METHOD PATH] }
bool Parser::parse_class() {
  DeclaredClass klass;
  std::vector<std::string_view> seen;
  if (!take_id(klass.name, "the class's name")) return false;
  if (!expect("at", "and the class's endpoint") || !take_id(klass.endpoint, "an endpoint"))
    return false;
  if (!expect("{", "and the class's clauses")) return false;
  bool says_directs = false;
  while (!accept("}")) {
    const std::string_view word = peek().text;
    if (accept("match")) {
      if (!parse_match(klass.matchers)) return false;
    } else if (is("by") || is("directs") || is("shape") || is("effect") || is("stop")) {
      if (!once(word, seen)) return false;
      klass.directs_place = word == "directs" ? peek().place : klass.directs_place;
      says_directs = says_directs || word == "directs";
      next();
      if (!(word == "by"        ? take_selectors(klass.by)
            : word == "directs" ? parse_directs(klass)
            : word == "shape"   ? parse_shape(klass)
            : word == "stop"    ? parse_stop(klass)
                                : parse_effect(klass)))
        return false;
    } else {
      return expected("`match`, `by`, `directs`, `shape`, `effect`, `stop` or `}`");
    }
  }
  if (klass.matchers.empty()) fail(klass.name.place, "a class without `match` finds no request");
  if (!says_directs)
    fail(klass.name.place, "a class says `directs …`, and what, or `directs nothing` [C5]");
  declared_.classes.push_back(std::move(klass));
  return true;
}

// directs nothing | directs SOURCE {, SOURCE};  SOURCE = body POINTER | path NAME
bool Parser::parse_directs(DeclaredClass& out) {
  if (accept("nothing")) return true;
  out.directs = true;
  do {
    DeclaredSource source;
    if (accept("body")) {
      source.place = peek().place;
      source.source.where = DirectsSource::Where::body;
      if (!take_pointer(source.source.pointer, "the pointer to the systems' names")) return false;
    } else if (accept("path")) {
      Name name;
      if (!take_id(name, "a named segment of the path")) return false;
      source.place = name.place;
      source.source.where = DirectsSource::Where::path;
      source.source.name = name.text;
    } else {
      return expected("`nothing`, `body POINTER` or `path NAME`");
    }
    out.sources.push_back(std::move(source));
  } while (accept(","));
  return true;
}

bool Parser::parse_shape(DeclaredClass& out) {
  do {
    DeclaredPointer pattern;
    pattern.place = peek().place;
    if (!take_pointer(pattern.pointer, "a pattern of the body's members")) return false;
    out.shape.push_back(std::move(pattern));
  } while (accept(","));
  return true;
}

// stop METHOD PATH; the order changes what the effector does, so its method is not a safe one.
bool Parser::parse_stop(DeclaredClass& out) {
  DeclaredStop stop;
  if (!is("POST") && !is("PUT") && !is("PATCH"))
    return expected("the stop order's method (POST, PUT or PATCH)");
  stop.matcher.methods.emplace_back(next().text);
  stop.place = peek().place;
  stop.path = peek().text;
  if (!parse_path(stop.matcher)) return false;
  for (const Segment& segment : stop.matcher.path)
    if (segment.kind != Segment::Kind::literal)
      return fail(stop.place, "a stop order goes to one path: no `*`, `:name` or `**` [A6]");
  out.stop = std::move(stop);
  return true;
}

// Literal text, {systems}, {body /pointer}, {path name}, {header name}, {query name}, `{{`, `}}`.
bool Parser::parse_effect(DeclaredClass& out) {
  const Token& token = peek();
  std::string text;
  if (!take_string(text, "the effect, in the words that officials sign")) return false;
  const auto at = [&](std::size_t offset) { return place_in_string(token, offset, 1); };
  if (text.empty()) return fail(token.place, "an empty effect tells an official nothing");
  std::string literal;
  const auto flush = [&] {
    if (literal.empty()) return;
    DeclaredEffectPart part;
    part.part.text = std::move(literal);
    part.place = token.place;
    out.effect.push_back(std::move(part));
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < 0x20 || text[i] == 0x7F)
      return fail(at(i), "statements are printable ASCII, so an effect is too [C8]");
    if (text[i] != '{' && text[i] != '}') {
      literal += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == text[i]) {
      literal += text[i++];
    } else if (text[i] == '}') {
      return fail(at(i), "a `}` that closes nothing; write `}}` for the brace itself");
    } else {
      const std::size_t close = text.find('}', i);
      if (close == std::string::npos)
        return fail(at(i), "a `{` that is never closed; write `{{` for the brace itself");
      flush();
      if (!parse_effect_value(token, i, std::string_view(text).substr(i + 1, close - i - 1), out))
        return false;
      i = close;
    }
  }
  flush();
  return true;
}

bool Parser::parse_effect_value(const Token& token, std::size_t offset, std::string_view value,
                                DeclaredClass& out) {
  const std::size_t space = value.find(' ');
  const std::string_view word = value.substr(0, space);
  const std::string_view argument =
      space == std::string_view::npos ? std::string_view() : value.substr(space + 1);
  DeclaredEffectPart part;
  part.place = place_in_string(token, offset, value.size() + 2);
  if (value == "systems") {
    part.part.kind = EffectPart::Kind::systems;
  } else if (word == "body") {
    part.part.kind = EffectPart::Kind::body;
    Result<Pointer> pointer = Pointer::parse(argument);
    if (!pointer.ok()) return fail(part.place, pointer.error().message);
    part.part.pointer = std::move(*pointer);
  } else if ((word == "path" || word == "header" || word == "query") && !argument.empty()) {
    part.part.kind = word == "path"     ? EffectPart::Kind::path
                     : word == "header" ? EffectPart::Kind::header
                                        : EffectPart::Kind::query;
    part.part.text = argument;
  } else {
    return fail(part.place,
                "expected {systems}, {body /pointer}, {path name}, {header name} or {query name}");
  }
  out.effect.push_back(std::move(part));
  return true;
}

// pass ID at ID { {match …} [directs nothing] }
bool Parser::parse_pass() {
  DeclaredPass pass;
  std::vector<std::string_view> seen;
  if (!take_id(pass.name, "the pass's name")) return false;
  if (!expect("at", "and the pass's endpoint") || !take_id(pass.endpoint, "an endpoint"))
    return false;
  if (!expect("{", "and the pass's matchers")) return false;
  while (!accept("}")) {
    if (accept("match")) {
      if (!parse_match(pass.matchers)) return false;
    } else if (is("directs")) {
      if (!once("directs", seen)) return false;
      next();
      if (!expect("nothing", "(what directs systems is a class, with a rule)")) return false;
      pass.directs_nothing = true;
    } else {
      return expected("`match`, `directs nothing` or `}`");
    }
  }
  if (pass.matchers.empty()) fail(pass.name.place, "a pass without `match` lets nothing through");
  declared_.passes.push_back(std::move(pass));
  return true;
}

}  // namespace keyturn
