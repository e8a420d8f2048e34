#include "keyturn/limits.h"
#include "policy/request/classify.h"
#include "policy/request/query.h"
#include "policy/request/quote.h"

namespace keyturn {
namespace {

Error absent(std::string_view what) {
  return Error{Code::invalid,
               "the effect shows `" + printable(what) + "`, which the request does not have"};
}

Result<std::string> body_values(const Facts& facts, const Pointer& pointer) {
  const Fact* fact = find_fact(facts, pointer);
  if (fact == nullptr || fact->values.empty()) return absent(pointer.to_string());
  std::string out;
  for (const Value& value : fact->values) {
    TRY(std::string quoted, quote_value(value));
    if (!out.empty()) out += ", ";
    out += quoted;
    if (out.size() > statement_bytes_max) break;  // refused below, with the whole text
  }
  return out;
}

Result<std::string> render_part(const Class& klass, const EffectPart& part, const Facts& facts,
                                std::string_view systems_text) {
  switch (part.kind) {
    case EffectPart::Kind::text:
      return part.text;
    case EffectPart::Kind::systems:
      return std::string(systems_text);
    case EffectPart::Kind::body:
      return body_values(facts, part.pointer);
    case EffectPart::Kind::path: {
      std::string_view segment = path_value(klass, facts, part.text);
      if (segment.empty()) return absent(part.text);
      return quote_text(segment);
    }
    case EffectPart::Kind::header: {
      const std::string* value = find_header(facts, part.text);
      if (value == nullptr) return absent(part.text);
      return quote_text(*value);
    }
    case EffectPart::Kind::query: {
      TRY(std::optional<std::string> value, query_value(facts.target, part.text));
      if (!value) return absent(part.text);
      return quote_text(*value);
    }
  }
  return Error{Code::internal, "an effect has a part of no known kind"};
}

}  // namespace

Result<std::string> render_effect(const Charter&, const Class& klass, const Facts& facts,
                                  std::string_view systems_text) {
  std::string out;
  for (const EffectPart& part : klass.effect) {
    TRY(std::string text, render_part(klass, part, facts, systems_text));
    out += text;
    if (out.size() > statement_bytes_max)
      return Error{Code::too_large, "the effect of class `" + klass.name + "` is over " +
                                        std::to_string(statement_bytes_max) + " bytes"};
  }
  return out;
}

}  // namespace keyturn
