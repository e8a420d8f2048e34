#include "gateway/charter/explain_request.h"

#include <algorithm>

#include "gateway/charter/judge.h"
#include "gateway/world/log.h"
#include "policy/charter/diagnostics.h"
#include "policy/charter/explain/prose.h"
#include "policy/quorum/quorum.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

// Of a term that thousands could fill, so many are named.
constexpr std::size_t named_max = 40;

class Explanation {
 public:
  Explanation(Standing& standing, const Charter& charter)
      : standing_(standing), charter_(charter) {}

  void judged(const RecordedRequest& request, const Judgement& judged) {
    std::string text = escaped(request.method) + " " + escaped(request.target);
    switch (judged.kind) {
      case Judgement::Kind::pass:
        text += " passes at once, as " + judged.pass + " at " + judged.endpoint + ".";
        break;
      case Judgement::Kind::gated:
        text += " is high-stakes: it is of class " + listed(judged.classes) + " at " +
                judged.endpoint + ".";
        break;
      case Judgement::Kind::refused:
      case Judgement::Kind::unmatched:
        text += " is refused:";
        break;
    }
    prose_.paragraph(text);
    reasons(judged.reasons);
    for (const std::string& name : judged.classes)
      prose_.item("The rule of " + name + ": " +
                  charter_.klass(*charter_.find_class(name)).rule.text + ".");
  }

  void say(const std::string& text) { prose_.paragraph(text); }
  void reasons(const std::vector<Reason>& reasons) {
    for (const Reason& reason : reasons)
      prose_.item(escaped(reason.text) + " (" + reason.code + ")");
  }

  // Whose approvals of `approved` count for some class.
  void approvals(const Command& command, const std::vector<PersonId>& approved) {
    if (approved.empty()) say("Nobody has approved it.");
    for (std::size_t i = 0; i < approved.size(); ++i) {
      const std::vector<PersonId> before(approved.begin(),
                                         approved.begin() + static_cast<std::ptrdiff_t>(i));
      for (const ClassId id : command.classes) {
        const QuorumContext context = of(command, id);
        const std::string& name = charter_.person(approved[i]).name;
        std::vector<Reason> why = never_counts(context, approved[i]);
        const bool never = !why.empty();
        if (!never) why = adds_nothing(context, approved[i], before);
        if (why.empty()) {
          prose_.item(name + "'s approval counts for " + context.klass.name + ".");
        } else {
          prose_.item(name + "'s approval " + (never ? "can never count" : "adds nothing") +
                      " for " + context.klass.name + ": " + why.front().text + ".");
        }
      }
    }
  }

  // True: every class has its quorum.
  bool quorums(const Command& command, const std::vector<PersonId>& available) {
    bool met = true;
    for (const ClassId id : command.classes) {
      const QuorumContext context = of(command, id);
      const std::vector<Reason> unmet = missing(context, available);
      if (unmet.empty()) {
        say("Class " + context.klass.name + " has its quorum.");
        continue;
      }
      met = false;
      say("Class " + context.klass.name + " has no quorum yet:");
      reasons(unmet);
      suppliers(context, available);
    }
    return met;
  }

  void windows(const Command& command, bool met) {
    const Windows& windows = command.windows;
    std::string text = "Approvals are taken for " + in_words(windows.approve);
    text += windows.delay.seconds == 0 ? "; with a quorum it may be sent at once"
                                       : "; with a quorum it waits for " + in_words(windows.delay);
    text += ", and is sent within " + in_words(windows.execute) + ".";
    for (const ClassId id : command.classes) {
      const Rule& rule = charter_.klass(id).rule;
      if (rule.veto_count == 0) continue;
      std::vector<PersonId> vetoers;
      for (const PersonId one : rule.veto.people)
        if (!charter_.person(one).keys.empty()) vetoers.push_back(one);
      text += " " + std::to_string(rule.veto_count) + " of " + rule.veto.text +
              " can stop it until then: " + names(vetoers, "or") + ".";
    }
    if (met && command.systems.empty()) text += " It directs no system.";
    say(text);
  }

  // True: no limit is in the way.
  bool shares(const Command& command, const std::vector<PersonId>& approvers) {
    if (command.systems.empty()) return true;
    say("It directs " + command.systems_text + ", of weight " +
        std::to_string(command.systems.weight(charter_)) + ". Claimed now, the shares become:");
    bool fits = true;
    const std::uint64_t size = standing_.ledger->size();
    for (const ShareLine& line : share_lines(*standing_.ledger, command.principal, approvers,
                                             command.systems, {}, standing_.at, size)) {
      prose_.item(line.to_text() + (line.exceeded() ? ": more than the limit allows" : ""));
      fits = fits && !line.exceeded();
    }
    for (const std::string& line : span_report(*standing_.ledger, command.principal.person,
                                               command.systems, standing_.at, size))
      prose_.item(line);
    return fits;
  }

  std::string take() { return prose_.take(); }

 private:
  QuorumContext of(const Command& command, ClassId id) const {
    return {charter_, charter_.klass(id), command.principal.person};
  }

  std::string names(const std::vector<PersonId>& persons, std::string_view last) const {
    std::vector<std::string> out;
    for (const PersonId person : persons) {
      if (out.size() == named_max) {
        out.push_back(std::to_string(persons.size() - named_max) + " more");
        break;
      }
      const Person& one = charter_.person(person);
      out.push_back(one.name + " (" + charter_.institution(one.institution).name + ")");
    }
    return listed(out, last);
  }

  // Each would bring the quorum nearer by himself; whoever approves first may close the way to
  // another.
  void suppliers(const QuorumContext& context, const std::vector<PersonId>& available) {
    std::vector<PersonId> out;
    for (std::uint32_t i = 0; i < charter_.persons.size(); ++i) {
      const PersonId person{i};
      const bool said = std::find(available.begin(), available.end(), person) != available.end();
      if (said || charter_.persons[i].keys.empty()) continue;
      if (!never_counts(context, person).empty()) continue;
      if (adds_nothing(context, person, available).empty()) out.push_back(person);
    }
    say(out.empty() ? "Nobody on the roster could bring it nearer by himself."
                    : "Who could bring it nearer now: " + names(out, "or") + ".");
  }

  Standing& standing_;
  const Charter& charter_;
  Prose prose_;
};

Decision propose(Standing& standing, const RecordedRequest& request, const Judgement& judged,
                 const std::string& principal, std::string& id) {
  intent::Propose propose = proposal_of(request, judged.facts, principal, standing.ledger->size());
  propose.journal_size = standing.size;
  propose.journal_root = standing.root;
  id = propose.id;
  return standing.decide_and_apply(propose);
}

}  // namespace

Result<ExplainedRequest> explain_request(Standing& standing, std::shared_ptr<const Charter> charter,
                                         const RecordedRequest& request,
                                         const std::string& principal,
                                         const std::vector<std::string>& approved) {
  std::vector<PersonId> approvers;
  for (const std::string& name : approved) {
    TRY(const PersonId person, require_person(*charter, name));
    if (charter->person(person).keys.empty())
      return Error{Code::invalid, keyturn::quoted(name) + " has no key, and so approves nothing"};
    approvers.push_back(person);
  }
  Judge judge(charter);
  const Judgement judged = judge.judge(request);
  Explanation out(standing, *charter);
  out.judged(request, judged);
  if (judged.kind != Judgement::Kind::gated)
    return ExplainedRequest{out.take(), judged.kind == Judgement::Kind::pass};
  TRY(const std::string who, judge.principal_of(request, principal));
  std::string id;
  const Decision decision = propose(standing, request, judged, who, id);
  if (decision.kind != Decision::Kind::granted) {
    out.say("Sent by " + who + ", it is refused:");
    out.reasons(decision.reasons());
    return ExplainedRequest{out.take(), false};
  }
  const Command& command = *standing.ledger->find(id);
  const std::string& initiator = charter->person(command.principal.person).name;
  out.say("Sent by " + who + ", it is held. " + initiator + " is responsible for it.");
  out.approvals(command, approvers);
  const bool met = out.quorums(command, approvers);
  out.windows(command, met);
  const bool fits = out.shares(command, approvers);
  return ExplainedRequest{out.take(), fits};
}

}  // namespace keyturn
