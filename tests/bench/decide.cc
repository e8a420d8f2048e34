// What a decision costs under a charter of 10,000 officials and 100,000 systems, with thousands of
// held commands and leases in the ledger, beside one Ed25519 verification in the same run: to
// propose, to approve and to claim, each decided alone and each decided and applied. `--json` for
// machines.
#include "policy/decide/decide.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "keys/verify/merkle.h"
#include "policy/charter/load.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/ledger.h"
#include "policy/request/extract.h"
#include "tests/support/charters.h"

namespace {

using namespace keyturn;

constexpr int officials = 10'000;
constexpr int institutions = 20;
constexpr int commanders = 100;
constexpr int holds_each = 50;
constexpr int leases_each = 10;
constexpr int rounds = 31;

void require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

std::string number(int value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - digits.size(), '0') + digits;
}

std::string person_name(int index) { return "p" + number(index, 5); }

// The first persons are commanders, everyone else may approve; institutions in turn.
std::string charter() {
  std::string out =
      "keyturn 1\ncharter \"bench\" version 1\nvalid 2026-01-01 .. 2036-01-01\n"
      "journal key ed25519 \"@key(journal)@\"\n";
  for (int i = 0; i < institutions; ++i)
    out += "institution i" + number(i, 2) + " \"Institution\"\n";
  out += "office chief\noffice commander under chief\noffice release-authority\n";
  for (int i = 0; i < officials; ++i) {
    out += "person " + person_name(i) + " \"Official\" of i" + number(i % institutions, 2);
    out += i == 0            ? " holds chief"
           : i <= commanders ? " holds commander"
                             : " holds release-authority";
    out += "\n  key ed25519 \"@key(" + person_name(i) + ")@\"\n";
  }
  out +=
      "pool military\npool military/air\npool military/sea\n"
      "endpoint fleet \"http://127.0.0.1:9301\" headers content-type\n"
      "system uav-[00001..50000] pool military/air weight 1 at fleet\n"
      "system usv-[00001..50000] pool military/sea weight 4 at fleet\n"
      "class strike at fleet {\n"
      "  match POST /api/v1/tasks body /specification/@type in [\"Strike\"]\n"
      "  by office:commander\n  directs body /relations/assignee/*/entityId\n"
      "  shape /specification/**, /relations/assignee/*/entityId\n  effect \"Strike by "
      "{systems}\"\n}\n"
      "rule strike {\n  need 3 of office:release-authority\n  across 3 institutions\n"
      "  approve within 30m delay 0s execute within 2h lease 1h\n}\n"
      "limit person military 10% over 72h\nlimit person each military/** 25%\n"
      "limit institution military 50%\nlimit span military 90%\n"
      "limit cosigned military 30%\n";
  return testing::charter_text(out);
}

class Bench {
 public:
  Bench()
      : charter_(load()),
        ledger_(charter_),
        extractor_(charter_),
        scratch_(Extractor::make_scratch()) {
    record(intent::Genesis{charter_->digest, charter_->text.size()});
    // Everything that is held and leased before the measurement, by way of real decisions.
    for (int lease = 0; lease < leases_each; ++lease)
      for (int i = 1; i <= commanders; ++i) {
        const intent::Propose propose = request(i, 1 + 3 * (lease * commanders + i));
        record(propose);
        for (int approver = 0; approver < 3; ++approver)
          record(approval(propose.id, approver_of(i, approver)));
        record(claim(propose.id));
      }
    for (int hold = 0; hold < holds_each; ++hold)
      for (int i = 1; i <= commanders; ++i)
        record(request(i, 20'000 + 2 * (hold * commanders + i)));
  }

  const Charter& charter() const { return *charter_; }
  const Ledger& ledger() const { return ledger_; }
  Time now{1780300800};

  intent::Propose request(int commander, int system) {
    intent::Propose out;
    const std::string text = std::to_string(next_id_++);
    out.id = "01" + std::string(24 - text.size(), '0') + text;
    out.nonce.fill(1);
    out.principal = person_name(commander);
    const std::string body =
        R"({"specification":{"@type":"Strike"},"relations":{"assignee":[{"entityId":"uav-)" +
        number(system, 5) + R"("},{"entityId":"usv-)" + number(system, 5) + R"("}]}})";
    RequestView view;
    view.method = "POST";
    view.target = "/api/v1/tasks";
    view.fields = {{"content-type", "application/json"}};
    view.body = body;
    require(extractor_.extract(*charter_->find_endpoint("fleet"), view, *scratch_, out.facts).ok(),
            "the request is not extracted");
    out.request = sha256(body);
    out.journal_size = 1;
    return out;
  }

  std::string note(const std::string& id, int person) const {
    Word word;
    word.deployment = charter_->name;
    word.person = person_name(person);
    word.institution = "i" + number(person % institutions, 2);
    word.signed_at = now;
    word.not_after = now + Duration{7200};
    word.command = ledger_.find(id)->text;
    return testing::test_key(word.person).sign_word(word, Domain::live);
  }

  VerifiedWord verified(const std::string& note, int person) const {
    auto word = verify_word(note, Domain::live, charter_->persons[at_(person)].keys);
    require(word.ok(), "a word does not verify");
    return std::move(word).value();
  }

  intent::Speak approval(const std::string& id, int person) const {
    return {verified(note(id, person), person)};
  }

  intent::Claim claim(const std::string& id) const {
    const auto window = claimable(ledger_, *ledger_.find(id), now);
    require(window.has_value(), "a command is not claimable");
    return {id, window->assignments};
  }

  // Different people of different institutions for each commander.
  static int approver_of(int commander, int which) {
    return 1 + commanders + (commander * 7 + which) % (officials - commanders - 1);
  }

  Decision decided(const Intent& intent) const {
    Decision out = decide(ledger_, intent, now);
    require(out.kind == Decision::Kind::granted,
            out.reasons().empty() ? "not granted" : out.reasons().front().text);
    return out;
  }

  void record(const Intent& intent) {
    Entry entry;
    entry.index = ledger_.size();
    entry.at = now;
    entry.intent = intent;
    entry.events = decided(intent).events;
    const auto applied = ledger_.apply(entry);
    require(applied.ok(), applied.ok() ? "" : applied.error().message);
  }

 private:
  static std::shared_ptr<const Charter> load() {
    CharterLoad out = load_charter(keyturn_bench_charter());
    for (const Diagnostic& error : out.errors)
      std::fprintf(stderr, "bench: %s\n", error.message.c_str());
    require(out.charter != nullptr, "the charter does not load");
    return out.charter;
  }
  static std::string keyturn_bench_charter() { return ::charter(); }
  std::size_t at_(int person) const {
    return charter_->find_person(person_name(person)).value().value;
  }

  std::shared_ptr<const Charter> charter_;
  Ledger ledger_;
  Extractor extractor_;
  std::unique_ptr<Extractor::Scratch, void (*)(Extractor::Scratch*)> scratch_;
  int next_id_ = 1;
};

// The median over rounds, in the processor's time, so that a busy machine measures the same work.
double median_ns(int times, const std::function<void(int)>& work) {
  std::vector<double> ns;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < times; ++i) work(round * times + i);
    ns.push_back(static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC / times);
  }
  std::sort(ns.begin(), ns.end());
  return ns[ns.size() / 2];
}

struct Line {
  const char* name;
  double ns;
};

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::string_view(argv[1]) == "--json";
  Bench bench;
  const intent::Propose propose = bench.request(1, 45'001);
  bench.record(propose);
  const std::string note = bench.note(propose.id, Bench::approver_of(1, 0));
  const intent::Speak approval = bench.approval(propose.id, Bench::approver_of(1, 0));
  const intent::Propose ready = bench.request(2, 45'002);
  bench.record(ready);
  for (int which = 0; which < 3; ++which)
    bench.record(bench.approval(ready.id, Bench::approver_of(2, which)));
  const intent::Claim claim = bench.claim(ready.id);
  const intent::Propose next = bench.request(3, 45'003);

  const double verify_ns =
      median_ns(100, [&](int) { bench.verified(note, Bench::approver_of(1, 0)); });
  std::vector<Line> lines;
  lines.push_back({"propose", median_ns(200, [&](int) { bench.decided(next); })});
  lines.push_back({"approve", median_ns(200, [&](int) { bench.decided(approval); })});
  lines.push_back({"claim", median_ns(200, [&](int) { bench.decided(claim); })});
  // Applied, too: proposals that stay, each by a commander with room for it.
  std::vector<intent::Propose> more;
  for (int i = 0; i < rounds * 50; ++i)
    more.push_back(bench.request(1 + i % commanders, 46'000 + i));
  lines.push_back({"propose and apply",
                   median_ns(50, [&](int i) { bench.record(more[static_cast<std::size_t>(i)]); })});

  if (json) {
    std::printf(
        "{\"officials\":%d,\"systems\":%zu,\"held\":%zu,\"leases\":%zu,\"verify_word_ns\":%.0f",
        officials, bench.charter().systems.size(), bench.ledger().held().size(),
        bench.ledger().leases().size(), verify_ns);
    for (const Line& line : lines)
      std::printf(",\"%s\":{\"ns\":%.0f,\"per_verification\":%.3f}", line.name, line.ns,
                  line.ns / verify_ns);
    std::printf("}\n");
    return 0;
  }
  std::printf("%d officials, %zu systems, %zu held commands, %zu leases\n", officials,
              bench.charter().systems.size(), bench.ledger().held().size(),
              bench.ledger().leases().size());
  std::printf("%-20s %10s %16s\n", "decision", "ns", "of one approval's verification");
  for (const Line& line : lines)
    std::printf("%-20s %10.0f %15.2fx\n", line.name, line.ns, line.ns / verify_ns);
  std::printf("%-20s %10.0f\n", "verify a word", verify_ns);
}
