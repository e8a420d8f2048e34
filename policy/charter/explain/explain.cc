#include "policy/charter/explain/explain.h"

#include <algorithm>
#include <array>

#include "policy/charter/explain/prose.h"
#include "policy/charter/format/layout.h"
#include "policy/charter/lexer.h"
#include "policy/charter/reread.h"

namespace keyturn {
namespace {

// The declarations whose meaning the sections below put in words.
constexpr std::array<std::string_view, 19> explained_words = {
    "keyturn", "charter",  "valid",   "journal",  "institution", "office", "person",
    "agent",   "provider", "pool",    "endpoint", "system",      "class",  "pass",
    "rule",    "limit",    "readers", "roster",   "amend"};

void explain_header(const Explained& of, Prose& prose) {
  const Charter& charter = of.charter;
  prose.heading("The charter of " + charter.name + ", version " + std::to_string(charter.version));
  prose.paragraph("It holds from " + charter.valid_from.to_string() +
                  " up to, and not including, " + charter.valid_until.to_string() +
                  ". What follows says in sentences what its text says, and is itself nothing that "
                  "anybody signs: what holds is the text with the digest " +
                  charter.digest.to_string() + ".");
}

// The fewest people who can let a request of this class go.
std::size_t fewest_approvers(const Rule& rule) {
  std::size_t out = SIZE_MAX;
  for (const Branch& branch : rule.branches) out = std::min(out, branch.slots.size());
  return out;
}

// Declarations that no section speaks of, as they are written.
void explain_others(const Explained& of, Prose& prose) {
  Diagnostics nothing_found;
  const std::vector<Token> tokens = lex_charter(of.charter.text, nothing_found);
  std::string others;
  int depth = 0;
  bool is_other = false;
  std::uint32_t line = 0;
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::end) break;
    if (begins_declaration(token, depth))
      is_other = std::find(explained_words.begin(), explained_words.end(), token.text) ==
                 explained_words.end();
    if (token.kind == Token::Kind::punctuation && token.text == "{") ++depth;
    if (token.kind == Token::Kind::punctuation && token.text == "}") --depth;
    if (!is_other) continue;
    if (token.place.line != line)
      others += (others.empty() ? "" : "\n") + std::string(token.place.column - 1, ' ');
    else
      others += ' ';
    line = token.place.line;
    others += token.text;
  }
  if (others.empty()) return;
  prose.heading("What else it says, as it is written");
  prose.verbatim(others);
}

}  // namespace

void explain_never(const Explained& of, Prose& prose) {
  prose.heading("What one person can never do");
  prose.item(
      "Nobody can approve what he began, or what an agent that he sponsors began; nor can anybody "
      "under his command.");
  prose.item("Nobody counts twice, whatever offices and keys he holds.");
  for (const DeclaredClass& declared : of.declared.classes) {
    const Class& klass = of.charter.klass(*of.charter.find_class(declared.name.text));
    prose.item("Nobody, with everybody under his command, can let a request of class " +
               klass.name + " go: it takes at least " +
               counted(fewest_approvers(klass.rule), "approver", "approvers") +
               ", and no one person commands enough of them.");
  }
  for (const DeclaredLimit& limit : of.declared.limits)
    if (limit.subject == DeclaredLimit::Subject::person && !limit.each)
      prose.item("Nobody can direct more of " + std::string(limit.pool.text) +
                 " than the limits above allow, however many people approve.");
  prose.item(
      "Nobody can change this charter alone, or turn any of this off: there is no "
      "administrator who could.");
}

void explain_changes(const Explained& of, Prose& prose) {
  prose.heading("Who reads, and how this changes");
  std::vector<std::string> readers;
  for (const DeclaredSelector& one : of.declared.readers) readers.push_back(in_words(one, false));
  prose.item(readers.empty() ? "No readers of the journal's entries and requests are named."
                             : "The journal's entries and requests are read by " + listed(readers) +
                                   "; its checkpoints are public.");
  for (const DeclaredRoster& roster : of.declared.rosters)
    prose.item("Keys, tokens, agents and holders of " + std::string(roster.institution.text) +
               " are to be changed by " + in_words(roster.quorum.need) +
               together_in_words(roster.quorum) + ", after " + in_words(roster.delay) + ".");
  if (of.declared.amend) {
    const DeclaredAmend& amend = *of.declared.amend;
    prose.item("The charter itself is to be changed by " + in_words(amend.quorum.need) +
               together_in_words(amend.quorum) + "; a change that weakens it by " +
               in_words(amend.weakening.need) + together_in_words(amend.weakening) + ", after " +
               in_words(amend.delay) + ".");
  }
  if (of.declared.amend || !of.declared.rosters.empty())
    prose.item(
        "This program checks what is said of changes, and does not carry them out yet: a "
        "journal belongs to one charter.");
}

std::string explain_charter(const Charter& charter) {
  const DeclaredCharter declared = reread(charter);
  const Explained of{charter, declared};
  Prose prose;
  explain_header(of, prose);
  explain_people(of, prose);
  explain_systems(of, prose);
  explain_classes(of, prose);
  explain_passes(of, prose);
  explain_limits(of, prose);
  explain_never(of, prose);
  explain_changes(of, prose);
  explain_others(of, prose);
  return prose.take();
}

}  // namespace keyturn
