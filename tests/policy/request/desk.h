// A desk: one charter, and the requests that tests put to it. The people, endpoints and systems are
// those of testing::defence; classes and passes are the test's own, and rules are added for them.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/charter/load.h"
#include "policy/request/classify.h"
#include "policy/request/extract.h"
#include "tests/support/charters.h"

namespace keyturn::testing {

// A charter with these classes and passes instead of those of `defence`. A text that does not load
// fails the test with its errors.
inline std::shared_ptr<const Charter> charter_with(std::string_view classes) {
  std::string text(defence.substr(0, defence.find("class strike")));
  const std::string_view may = " may strike, helpful-only";
  if (auto at = text.find(may); at != std::string::npos) text.erase(at, may.size());
  text += classes;
  for (std::size_t at = classes.find("class "); at != std::string_view::npos;
       at = classes.find("\nclass ", at + 1)) {
    std::string_view klass = classes.substr(at + (classes[at] == '\n' ? 7 : 6));
    bool directs = klass.substr(0, klass.find("\n}")).find("directs nothing") == std::string::npos;
    text += "rule " + std::string(klass.substr(0, klass.find(' '))) +
            " {\n  need 1 of institution:mod and 1 of institution:parliament and 1 of "
            "institution:court\n  approve within 1h execute within 10m" +
            (directs ? " lease 20m\n}\n" : "\n}\n");
  }
  CharterLoad load = load_charter(charter_text(text));
  for (const Diagnostic& error : load.errors)
    MESSAGE(render_diagnostic(error, "test", charter_text(text)));
  REQUIRE(load.charter != nullptr);
  return load.charter;
}

struct Desk {
  std::shared_ptr<const Charter> charter;
  Extractor extractor;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch;

  explicit Desk(std::shared_ptr<const Charter> from)
      : charter(std::move(from)), extractor(charter), scratch(Extractor::make_scratch()) {}
  explicit Desk(std::string_view classes) : Desk(charter_with(classes)) {}

  using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
  static Fields json_fields() { return {{"content-type", "application/json"}}; }

  Result<Facts> facts(std::string_view endpoint, std::string_view method, std::string_view target,
                      std::string_view body, Fields fields = json_fields()) {
    Facts out;
    RequestView request{"keyturn.example", method, target, std::move(fields), body};
    CHECK_OK(extractor.extract(charter->find_endpoint(endpoint).value(), request, *scratch, out));
    return out;
  }

  // `pass chat`, `gated strike helpful-only`, or `refused` and the codes of the reasons.
  std::string classified(const Facts& facts) {
    Classification out;
    classify(*charter, facts, out);
    std::string text;
    switch (out.kind) {
      case Classification::Kind::pass:
        return "pass " + std::string(out.pass);
      case Classification::Kind::gated:
        text = "gated";
        for (ClassId id : out.classes) text += " " + charter->klass(id).name;
        return text;
      case Classification::Kind::refused:
        text = "refused";
        for (const Reason& reason : out.reasons) text += " " + reason.code;
        return text;
    }
    return text;
  }

  // As classified(), or the name of the error that kept the request from being read.
  std::string ask(std::string_view endpoint, std::string_view method, std::string_view target,
                  std::string_view body, Fields fields = json_fields()) {
    auto drawn = facts(endpoint, method, target, body, std::move(fields));
    return drawn.ok() ? classified(*drawn) : std::string(code_name(drawn.error().code));
  }

  const Class& klass(std::string_view name) {
    return charter->klass(charter->find_class(name).value());
  }

  // The names of the systems that a request of this class names, or `refused` and codes.
  std::string systems(std::string_view class_name, const Facts& facts) {
    NamedSystems named = named_systems(*charter, klass(class_name), facts);
    std::string text = named.reasons.empty() ? "" : "refused";
    for (const Reason& reason : named.reasons) text += " " + reason.code;
    if (!named.reasons.empty()) return text;
    for (SystemId id : named.systems) text += (text.empty() ? "" : " ") + charter->system(id).name;
    return text;
  }
};

inline Desk defence_desk() {
  CharterLoad load = load_charter(charter_text(defence));
  REQUIRE(load.charter != nullptr);
  return Desk(load.charter);
}

}  // namespace keyturn::testing
