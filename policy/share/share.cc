#include "policy/share/share.h"

#include <algorithm>

#include "keyturn/limits.h"
#include "policy/people/closure.h"

namespace keyturn {
namespace {

using Kind = Limit::Subject;

const std::vector<std::size_t>& leases_of(const Ledger& ledger, const Subject& subject) {
  static const std::vector<std::size_t> none;
  switch (subject.kind) {
    case Kind::person:
      return ledger.leases_of_person(subject.person);
    case Kind::span:
      return ledger.leases_of_span(subject.person);
    case Kind::institution:
      return ledger.leases_of_institution(subject.institution);
    case Kind::agents:
      return subject.provider ? ledger.leases_of_provider(*subject.provider) : none;
    case Kind::cosigned:
      return ledger.leases_approved_by(subject.person);
  }
  return none;
}

std::vector<PersonId> superiors_of(const Charter& charter, const std::vector<PersonId>& persons) {
  std::vector<PersonId> out;
  for (const PersonId person : persons) {
    const auto above = charter.closure->superiors(person);
    out.insert(out.end(), above.begin(), above.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Whose share under `limit` a lease of this principal and these approvers adds to.
std::vector<Subject> subjects_of(const Charter& charter, const Limit& limit,
                                 const PrincipalRef& principal,
                                 const std::vector<PersonId>& charged,
                                 const std::vector<PersonId>& approvers) {
  std::vector<Subject> out;
  const auto add = [&](PersonId person) {
    out.push_back({limit.subject, person, charter.person(person).institution, limit.provider});
  };
  switch (limit.subject) {
    case Kind::person:
      for (const PersonId person : charged) add(person);
      break;
    case Kind::institution:
      add(principal.person);
      break;
    case Kind::span:
      for (const PersonId superior : superiors_of(charter, charged)) add(superior);
      break;
    case Kind::agents:
      if (principal.agent && limit.provider &&
          charter.agents[principal.agent->value].provider == limit.provider)
        add(principal.person);
      break;
    case Kind::cosigned:
      for (const PersonId approver : approvers) add(approver);
      break;
  }
  return out;
}

std::string_view subject_name(const Charter& charter, const Subject& subject) {
  if (subject.kind == Kind::institution) return charter.institution(subject.institution).name;
  if (subject.kind == Kind::agents && subject.provider)
    return charter.providers[subject.provider->value].name;
  return charter.person(subject.person).name;
}

std::string_view kind_word(Kind kind) {
  switch (kind) {
    case Kind::person:
      return "";
    case Kind::span:
      return "span ";
    case Kind::institution:
      return "institution ";
    case Kind::agents:
      return "agents ";
    case Kind::cosigned:
      return "cosigned ";
  }
  return "";
}

// What one subject directs, asked for once however many pools a charter limits (`each
// military/**`).
struct Known {
  Subject subject;
  Duration over;
  SystemSet before, after;
};

bool same_subject(const Subject& a, const Subject& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::institution) return a.institution == b.institution;
  if (a.kind == Kind::agents) return a.provider == b.provider;
  return a.person == b.person;
}

}  // namespace

SystemSet directed(const Ledger& ledger, const Subject& subject, Time at, Duration over,
                   std::uint64_t as_of_size) {
  // Leases stand in the order of their claims, so all before one this old are older.
  const Duration memory =
      ledger.charter().longest_memory + Duration{static_cast<std::int64_t>(lease_grace_seconds)};
  const std::vector<std::size_t>& indexes = leases_of(ledger, subject);
  std::vector<SystemSet::Range> ranges;
  for (auto index = indexes.rbegin(); index != indexes.rend(); ++index) {
    const Lease& lease = ledger.leases()[*index];
    if (lease.from + memory < at) break;
    if (!lease.counts_at(at, over, as_of_size)) continue;
    const std::span<const SystemSet::Range> more = lease.systems.ranges();
    ranges.insert(ranges.end(), more.begin(), more.end());
  }
  return SystemSet::united(std::move(ranges));
}

std::string ShareLine::to_text() const {
  std::string out(limit == nullptr ? "span " : kind_word(limit->subject));
  out.append(subject).append(" ").append(pool).append(" ").append(std::to_string(before));
  out.append(" -> ").append(std::to_string(after));
  if (limit != nullptr) out.append(" of ").append(std::to_string(allowed));
  out.append(" (").append(std::to_string(registered)).append(")");
  if (limit != nullptr && limit->over > Duration{})
    out.append(" over ").append(limit->over.to_string());
  return out;
}

std::vector<ShareLine> share_lines(const Ledger& ledger, const PrincipalRef& principal,
                                   const std::vector<PersonId>& approvers, const SystemSet& systems,
                                   const SystemSet& extra, Time at, std::uint64_t as_of_size) {
  const Charter& charter = ledger.charter();
  std::vector<Known> known;
  const auto know = [&](const Subject& subject, Duration over) -> const Known& {
    for (const Known& one : known)
      if (one.over == over && same_subject(one.subject, subject)) return one;
    Known one{subject, over, directed(ledger, subject, at, over, as_of_size), {}};
    // INVARIANT: what is only proposed takes nobody else's room [S1].
    const bool own = subject.kind == Kind::person || subject.kind == Kind::span;
    if (own && subject.person == principal.person) one.before.add(extra);
    one.after = one.before;
    one.after.add(systems);
    known.push_back(std::move(one));
    return known.back();
  };
  const std::vector<PersonId> charged = ledger.charged_for(principal.person, at);
  std::vector<ShareLine> out;
  for (const Limit& limit : charter.limits) {
    if (systems.weight_in(charter, limit.pool) == 0) continue;
    for (const Subject& subject : subjects_of(charter, limit, principal, charged, approvers)) {
      const Known& share = know(subject, limit.over);
      ShareLine line;
      line.limit = &limit;
      line.subject = subject_name(charter, subject);
      line.pool = charter.pool(limit.pool).name;
      line.before = share.before.weight_in(charter, limit.pool);
      line.after = share.after.weight_in(charter, limit.pool);
      line.registered = charter.pool(limit.pool).weight;
      line.allowed = limit.allowed(line.registered);
      out.push_back(std::move(line));
    }
  }
  return out;
}

std::vector<std::string> span_report(const Ledger& ledger, PersonId initiator,
                                     const SystemSet& systems, Time at, std::uint64_t as_of_size) {
  const Charter& charter = ledger.charter();
  Subject subject;
  subject.kind = Kind::span;
  subject.person = initiator;
  const SystemSet before = directed(ledger, subject, at, {}, as_of_size);
  SystemSet after = before;
  after.add(systems);
  std::vector<std::string> out;
  for (std::uint32_t index = 0; index < charter.pools.size(); ++index) {
    const PoolId id{index};
    const Pool& pool = charter.pool(id);
    const bool said =
        std::any_of(charter.limits.begin(), charter.limits.end(), [&](const Limit& l) {
          return l.subject == Kind::span && l.pool == id && l.over == Duration{};
        });
    if (pool.parent || said || systems.weight_in(charter, id) == 0) continue;
    ShareLine line;
    line.subject = charter.person(initiator).name;
    line.pool = pool.name;
    line.before = before.weight_in(charter, id);
    line.after = after.weight_in(charter, id);
    line.registered = pool.weight;
    out.push_back(line.to_text());
  }
  return out;
}

Reason share_reason(const ShareLine& line) {
  // An approver is not named: a refusal goes to the caller [P1].
  const bool approver = line.limit->subject == Kind::cosigned;
  return {"share-limit", "limit " + line.limit->text + ": " +
                             (approver ? std::string("an approver") : line.subject) +
                             " would go from weight " + std::to_string(line.before) + " to " +
                             std::to_string(line.after) + " in " + line.pool + ", allowed is " +
                             std::to_string(line.allowed)};
}

}  // namespace keyturn
