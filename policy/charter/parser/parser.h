// The parser: tokens to the declared model, one file per block of the grammar
// (docs/charter-language.md).
//
// A declaration begins with a word in column 1 and ends before the next one, so an error costs one
// declaration: the parser reports it and goes on with the next. Functions that return bool return
// false after an error that ends the declaration.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/charter/declared.h"
#include "policy/charter/diagnostics.h"
#include "policy/charter/lexer.h"

namespace keyturn {

class Parser {
 public:
  Parser(std::span<const Token> tokens, Diagnostics& diagnostics, DeclaredCharter& declared)
      : tokens_(tokens), diagnostics_(diagnostics), declared_(declared) {}

  void run();

 private:
  // parser.cc: the declarations and their first words.
  struct Keyword {
    std::string_view word;
    bool (Parser::*parse)();  // null: unsupported
  };
  static const Keyword keywords[];
  static const Keyword* find_keyword(std::string_view word);
  static std::vector<std::string_view> supported_keywords();
  std::size_t declaration_end(std::size_t start) const;
  void parse_declaration();
  void require_header();

  // cursor.cc: the current declaration's tokens.
  const Token& peek() const { return at_ < end_ ? tokens_[at_] : behind_; }
  const Token& next();
  bool at_end() const { return at_ >= end_; }
  bool is(std::string_view text) const;
  bool accept(std::string_view text);
  bool expect(std::string_view text, std::string_view where);
  bool expected(std::string_view what);  // reports, false
  static std::string suggested(std::string_view found, std::string_view what);
  bool fail(Place place, std::string message);
  bool refuse_unsupported();  // false, reported, if the next word is a construct not enforced yet
  bool end_of_declaration();

  // values.cc: the small values.
  bool take_id(Name& out, std::string_view what);
  bool take_ids(std::vector<Name>& out, std::string_view what);
  bool take_string(std::string& out, std::string_view what);
  bool take_integer(std::uint64_t& out, std::string_view what);
  bool take_small(std::uint32_t& out, std::string_view what);
  bool take_signed(std::int64_t& out, std::string_view what);
  bool take_duration(Duration& out, std::string_view what);
  bool take_percentage(std::uint64_t& basis_points);
  bool take_date(Time& out, std::string_view what);
  bool take_pool(Name& out);
  bool take_pointer(Pointer& out, std::string_view what);
  bool take_selector(DeclaredSelector& out);
  bool take_selectors(std::vector<DeclaredSelector>& out);

  // header.cc
  bool parse_keyturn();
  bool parse_charter();
  bool parse_valid();
  bool parse_journal();
  bool parse_readers();
  // people.cc
  bool parse_institution();
  bool parse_office();
  bool parse_person();
  bool parse_agent();
  bool parse_key(std::vector<DeclaredKey>& out);
  bool parse_token(std::vector<DeclaredToken>& out);
  bool parse_certificate(std::vector<DeclaredCertificate>& out);
  std::optional<Digest> take_hash(std::string_view what, std::string_view made_by);
  // fleet.cc
  bool parse_provider();
  bool parse_pool();
  bool parse_endpoint();
  bool parse_origin(DeclaredEndpoint& out);
  bool parse_host(DeclaredEndpoint& out);
  bool parse_header_names(DeclaredEndpoint& out);
  bool parse_system();
  bool parse_system_name(DeclaredSystem& out);
  // match.cc
  bool parse_match(std::vector<DeclaredMatcher>& out);
  bool parse_methods(Matcher& out);
  bool parse_path(Matcher& out);
  bool parse_segment(std::string_view segment, Place place, Matcher& out);
  bool parse_condition(DeclaredMatcher& out);
  bool parse_test(Condition& out);
  bool parse_values(Condition& out);
  bool parse_value(Condition& out);
  // class.cc
  bool parse_class();
  bool parse_directs(DeclaredClass& out);
  bool parse_shape(DeclaredClass& out);
  bool parse_stop(DeclaredClass& out);
  bool parse_effect(DeclaredClass& out);
  bool parse_effect_value(const Token& token, std::size_t offset, std::string_view value,
                          DeclaredClass& out);
  bool parse_pass();
  // rule.cc
  bool parse_rule();
  bool parse_rule_clause(DeclaredRule& out, std::vector<std::string_view>& seen);
  bool parse_across(DeclaredQuorum& out, std::vector<std::string_view>& seen);
  bool parse_expression(Expression& out, std::uint32_t depth);
  bool parse_term(Expression& out, std::uint32_t depth);
  bool once(std::string_view clause, std::vector<std::string_view>& seen);
  // limit.cc
  bool parse_limit();
  bool parse_bound(DeclaredLimit& out);
  // delegation.cc
  bool parse_delegation();
  // amend.cc
  bool parse_roster();
  bool parse_amend();
  // freeze.cc
  bool parse_freeze();
  bool parse_freeze_subject(DeclaredFreeze& out);
  bool parse_unfreeze(DeclaredFreeze& out);

  std::span<const Token> tokens_;
  Diagnostics& diagnostics_;
  DeclaredCharter& declared_;
  std::size_t at_ = 0, end_ = 0;  // the current declaration
  Token behind_;                  // stands for the end of the current declaration
  bool has_keyturn_ = false, has_charter_ = false, has_valid_ = false, has_readers_ = false;
  bool tried_journal_ = false;
};

// ID of the grammar: [a-z][a-z0-9-]*, at most name_bytes_max.
bool is_id(std::string_view text);

}  // namespace keyturn
