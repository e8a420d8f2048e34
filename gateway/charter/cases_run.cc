// Cases: their steps, each compared with what the charter says.
#include <algorithm>

#include "gateway/charter/cases.h"
#include "gateway/charter/rehearsal.h"
#include "policy/charter/diagnostics.h"
#include "policy/share/share.h"

namespace keyturn {
namespace {

bool has_code(const std::vector<Reason>& reasons, std::string_view code) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

// `refused share-limit (limit person …)`
std::string refusal_words(const std::vector<Reason>& reasons) {
  std::string out = "refused";
  for (const Reason& reason : reasons)
    out += (out == "refused" ? " " : "; ") + reason.code + " (" + reason.text + ")";
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class CaseRun {
 public:
  CaseRun(Rehearsal rehearsal) : rehearsal_(std::move(rehearsal)) {}

  // What happened, in the words that cases use; whether it is what the step expects.
  struct Came {
    bool as_expected = false;
    std::string expected, got;
  };
  Came step(const CaseStep& step) {
    switch (step.kind) {
      case CaseStep::Kind::passes:
      case CaseStep::Kind::held:
      case CaseStep::Kind::refused:
        return request(step);
      case CaseStep::Kind::approve:
        return speak(step, WordKind::approval);
      case CaseStep::Kind::veto:
        return speak(step, WordKind::veto);
      case CaseStep::Kind::cancel:
        return decided(step, rehearsal_.cancel(command_, principal_));
      case CaseStep::Kind::claim:
        return decided(step, rehearsal_.claim(command_));
      case CaseStep::Kind::wait:
        rehearsal_.wait(step.wait);
        return {true, {}, {}};
      case CaseStep::Kind::lacks:
        return lacks(step);
      case CaseStep::Kind::may_be_claimed:
        return may_be_claimed(step);
      case CaseStep::Kind::directs:
        return directs(step);
    }
    return {};
  }

 private:
  Came request(const CaseStep& step) {
    Came out;
    out.expected = step.kind == CaseStep::Kind::held      ? "held as " + joined(step.names)
                   : step.kind == CaseStep::Kind::refused ? "refused " + step.name
                   : step.name.empty()                    ? "passes"
                                                          : "passes as " + step.name;
    const Judgement judged = rehearsal_.judge(step.request);
    if (judged.kind == Judgement::Kind::pass) {
      out.got = step.name.empty() ? "passes" : "passes as " + judged.pass;
    } else if (judged.kind == Judgement::Kind::gated) {
      propose(step, judged, out);
    } else {
      refused(step, judged.reasons, out);
    }
    out.as_expected = out.as_expected || out.got == out.expected;
    return out;
  }

  void propose(const CaseStep& step, const Judgement& judged, Came& out) {
    if (step.request.principal.empty()) {
      out.got = "held as " + joined(judged.classes) + ", if anybody had sent it: say `as NAME`";
      return;
    }
    if (const auto known = require_principal(rehearsal_.charter(), step.request.principal);
        !known.ok()) {
      out.got = known.error().message;
      return;
    }
    principal_ = step.request.principal;
    command_.clear();
    const Decision decision = rehearsal_.propose(step.request, judged, principal_, command_);
    if (decision.kind == Decision::Kind::granted)
      out.got = "held as " + joined(judged.classes);
    else
      refused(step, decision.reasons(), out);
  }

  static void refused(const CaseStep& step, const std::vector<Reason>& reasons, Came& out) {
    out.got = refusal_words(reasons);
    out.as_expected = step.kind == CaseStep::Kind::refused && has_code(reasons, step.name);
  }

  Came speak(const CaseStep& step, WordKind kind) {
    for (const std::string& name : step.names) {
      const auto said = rehearsal_.say(kind, name, command_);
      if (!said.ok()) return {false, expected_of(step), said.error().message};
      Came came = decided(step, *said);
      if (came.as_expected) continue;
      came.got = name + ": " + came.got;
      return came;
    }
    return {true, {}, {}};
  }

  static std::string expected_of(const CaseStep& step) {
    switch (step.outcome) {
      case CaseStep::Outcome::adds_nothing:
        return "adds nothing";
      case CaseStep::Outcome::stops:
        return "stops";
      case CaseStep::Outcome::refused:
        return "refused " + step.name;
      case CaseStep::Outcome::taken:
        break;
    }
    return "taken";
  }

  static std::string came_of(const Decision& decision) {
    if (decision.kind == Decision::Kind::refused) return refusal_words(decision.reasons());
    if (decision.kind == Decision::Kind::unchanged) return "said before";
    for (const Event& event : decision.events) {
      if (const auto* vetoed = std::get_if<event::Vetoed>(&event); vetoed && vetoed->stopped)
        return "stops";
      if (const auto* approved = std::get_if<event::Approved>(&event);
          approved && !approved->notes.empty())
        return "adds nothing";
    }
    return "taken";
  }

  static Came decided(const CaseStep& step, const Decision& decision) {
    Came out{false, expected_of(step), came_of(decision)};
    out.as_expected = step.outcome == CaseStep::Outcome::refused
                          ? has_code(decision.reasons(), step.name)
                          : out.got == out.expected;
    // A veto that is enough is also one that is taken; an approval that adds nothing is not help.
    if (step.outcome == CaseStep::Outcome::taken && out.got == "stops") out.as_expected = true;
    return out;
  }

  Came lacks(const CaseStep& step) const {
    const Command* command = rehearsal_.ledger().find(command_);
    if (command == nullptr) return {false, "lacks " + step.name, "no command is held"};
    const std::vector<Reason> reasons =
        outstanding(rehearsal_.ledger(), *command, rehearsal_.now());
    std::string got = "lacks nothing";
    if (!reasons.empty())
      got = refusal_words(reasons).replace(0, std::string("refused").size(), "lacks");
    return {has_code(reasons, step.name), "lacks " + step.name, got};
  }

  Came may_be_claimed(const CaseStep& step) const {
    const Command* command = rehearsal_.ledger().find(command_);
    const auto window = command == nullptr
                            ? std::nullopt
                            : claimable(rehearsal_.ledger(), *command, rehearsal_.now());
    const bool may = window && window->from <= rehearsal_.now();
    const std::string yes = "may be claimed", no = "may not be claimed";
    const bool wanted = step.name.empty();
    return {may == wanted, wanted ? yes : no, may ? yes : no};
  }

  Came directs(const CaseStep& step) const {
    const Charter& charter = rehearsal_.charter();
    const std::string who = step.names[0] + " directs ", in = " in " + step.names[1];
    Came out{false, who + "weight " + std::to_string(step.weight) + in, {}};
    const auto person = require_person(charter, step.names[0]);
    if (!person.ok()) {
      out.got = person.error().message;
      return out;
    }
    std::vector<std::string_view> pools;
    for (std::uint32_t i = 0; i < charter.pools.size(); ++i) {
      pools.push_back(charter.pools[i].name);
      if (charter.pools[i].name != step.names[1]) continue;
      Subject subject;
      subject.person = *person;
      const std::uint64_t weight = directed(rehearsal_.ledger(), subject, rehearsal_.now(),
                                            Duration{}, rehearsal_.ledger().size())
                                       .weight_in(charter, PoolId{i});
      out.got = who + "weight " + std::to_string(weight) + in;
      out.as_expected = weight == step.weight;
      return out;
    }
    out.got = "the charter has no pool " + keyturn::quoted(step.names[1]) +
              suggestion(step.names[1], pools);
    return out;
  }

  Rehearsal rehearsal_;
  std::string command_, principal_;  // of the last request that was held
};

}  // namespace

Result<CaseResult> run_case(const Case& one, std::shared_ptr<const Cast> cast) {
  TRY(Rehearsal rehearsal, Rehearsal::open(std::move(cast)));
  CaseRun run(std::move(rehearsal));
  CaseResult out;
  for (const CaseStep& step : one.steps) {
    CaseRun::Came came = run.step(step);
    if (came.as_expected) continue;
    out.failures.push_back({step.line, step.text, std::move(came.expected), std::move(came.got)});
    break;  // what follows rests on this step
  }
  return out;
}

}  // namespace keyturn
