#include "gateway/metrics/metrics.h"

#include <doctest/doctest.h>

#include "gateway/version.h"
#include "tests/gateway/metrics/exposition.h"
#include "tests/gateway/officials/desk.h"
#include "tests/gateway/proxy/gate.h"

using namespace keyturn;
using namespace keyturn::testing;

namespace {

Exposition read(const HttpResponse& answer) {
  CHECK(answer.status == 200);
  CHECK(field_of(answer, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  auto parsed = Exposition::parse(answer.body);
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().message));
  return std::move(parsed).value();
}

// What only the ledger knows is looked at once a second.
Exposition next_second(World& world, const ServedHandler& served) {
  world.clock.advance(Duration{1});
  return read(served.get("/metrics"));
}

}  // namespace

TEST_CASE("what is written in Prometheus' format is read as it was meant") {
  MetricsText text;
  text.counter("a_total", "One\\two\nlines.");
  text.sample({{"path", "a\"b\\c\nd"}, {"other", "ä"}}, std::uint64_t{18446744073709551615u});
  text.gauge("b", "A part.");
  text.sample({}, 0.125);
  text.histogram("c_seconds", "Times.");
  static constexpr Bounds<2> bounds = {std::chrono::microseconds{50}, std::chrono::seconds{2}};
  Histogram<2> histogram(bounds);
  for (const std::int64_t us : {0, 50, 51, 1'999'999, 2'000'001}) {
    histogram.observe(std::chrono::microseconds{us});
  }
  HistogramSum<2> sum;
  histogram.add_to(sum);
  histogram.add_to(sum);  // two lanes
  text.buckets({{"of", "x"}}, bounds, sum);
  const std::string written = text.take();
  CHECK(written.find("# HELP a_total One\\\\two\\nlines.\n# TYPE a_total counter\n"
                     "a_total{path=\"a\\\"b\\\\c\\nd\",other=\"ä\"} 18446744073709551615\n") == 0);
  const auto parsed = Exposition::parse(written);
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().message));
  CHECK(parsed->value("b") == 0.125);
  CHECK(parsed->value("c_seconds_bucket{of=\"x\",le=\"5e-05\"}") == 4);
  CHECK(parsed->value("c_seconds_bucket{of=\"x\",le=\"2\"}") == 8);
  CHECK(parsed->value("c_seconds_bucket{of=\"x\",le=\"+Inf\"}") == 10);
  CHECK(parsed->value("c_seconds_count{of=\"x\"}") == 10);
  CHECK(parsed->value("c_seconds_sum{of=\"x\"}") == doctest::Approx(8.000202));
}

TEST_CASE("the strict reader refuses what Prometheus would guess at") {
  const auto refused = [](std::string_view text) { return !Exposition::parse(text).ok(); };
  const std::string head = "# HELP a b\n# TYPE a counter\n";
  CHECK_FALSE(refused(head + "a 1\n"));
  for (const char* bad :
       {"a 1", "a  1\n", "a 1 \n", "a{} 1\n", "a{b=\"c\",} 1\n", "a{b='c'} 1\n", "a{b=\"\\t\"} 1\n",
        "a{1=\"c\"} 1\n", "a nan\n", "a 1x\n", "a -1\n", "b 1\n", "a 1\na 1\n", "\n", "# x\n"}) {
    CAPTURE(bad);
    CHECK(refused(head + bad));
  }
  CHECK(refused("a 1\n"));
  CHECK(refused("# TYPE a counter\na 1\n"));
  CHECK(refused("# HELP a b\n"));
  CHECK(refused(head + head));
  const std::string histogram = "# HELP a b\n# TYPE a histogram\n";
  const std::string one = "a_bucket{le=\"1\"} 1\n", all = "a_bucket{le=\"+Inf\"} 2\n";
  CHECK_FALSE(refused(histogram + one + all + "a_sum 3\na_count 2\n"));
  CHECK(refused(histogram + all + one + "a_sum 3\na_count 2\n"));
  CHECK(refused(histogram + one + "a_sum 3\na_count 1\n"));
  CHECK(refused(histogram + one + all + "a_sum 3\na_count 3\n"));
  CHECK(refused(histogram + one + all + "a_sum 3\n"));
}

TEST_CASE("callers' requests are counted by endpoint and by what was decided") {
  Gate gate(
      [](const std::string& request) {
        return contains(request, "lost") ? std::string() : ok_answer();
      },
      HoldTimes{100, 350});
  Metrics metrics(gate.world().sequencer(), gate.world().meters(), gate.world().clock);
  metrics.add([&](MetricsText& text) {
    const PassMeters* const lanes[] = {&gate.meters()};
    write_pass_meters(text, gate.world().charter(), lanes);
  });
  const ServedHandler served(metrics);
  const auto pass = [&](std::string_view name) {
    return gate.send(gate.call(Method::get, "/api/v1/entities/" + std::string(name), "nowak"));
  };
  for (int i = 0; i < 3; ++i) CHECK(pass("uav-001").status == 200);
  const std::string requests = "keyturn_requests_total{endpoint=";
  REQUIRE(eventually([&] {
    return read(served.get("/metrics"))
               .value("keyturn_passes_ended_total{endpoint=\"fleet\",end=\"complete\"}") == 3;
  }));
  CHECK(read(served.get("/metrics")).value("keyturn_upstream_up{endpoint=\"fleet\"}") == 1);
  // It takes the request and hangs up.
  gate.world().clock.advance_ms(1);
  CHECK(pass("lost").status == 502);
  REQUIRE(eventually([&] {
    return read(served.get("/metrics")).value("keyturn_upstream_up{endpoint=\"fleet\"}") == 0;
  }));
  CHECK(gate.send(gate.question()).status == 303);
  CHECK(gate.send(gate.call(Method::get, "/nowhere", "nowak")).status == 403);
  CHECK(gate.send(gate.call(Method::post, "/v1/chat/completions", "nowak",
                            R"({"model":"Helpful-only-7"})"))
            .status == 403);
  CHECK(gate.send(gate.call(Method::get, "/nowhere", "")).status == 401);
  CHECK(gate.send(gate.call(Method::get, "/keyturn/v1/holds/x?n=0", "nowak")).status == 404);
  Wire wire = Wire::to(gate.port());
  wire.write("GET / HTTP/1.1\r\n\r\n");
  CHECK(contains(wire.read_to_end(), "400"));

  const Exposition seen = next_second(gate.world(), served);
  CHECK(seen.value(requests + "\"fleet\",decision=\"pass\"}") == 4);
  CHECK(seen.value(requests + "\"models\",decision=\"gated\"}") == 1);
  CHECK(seen.value(requests + "\"models\",decision=\"refused\"}") == 1);
  CHECK(seen.value(requests + "\"\",decision=\"refused\"}") == 1);
  CHECK(seen.value(requests + "\"\",decision=\"unauthenticated\"}") == 1);
  CHECK(seen.value(requests + "\"\",decision=\"malformed\"}") == 1);
  CHECK(seen.value(requests + "\"\",decision=\"own\"}") == 1);
  CHECK(seen.value("keyturn_passes_ended_total{endpoint=\"fleet\",end=\"upstream-failed\"}") == 1);
  CHECK(seen.value("keyturn_upstream_first_byte_seconds_count{endpoint=\"fleet\"}") == 3);
  CHECK(seen.value("keyturn_upstream_up{endpoint=\"models\"}") == -1);
  // All but the malformed one, about which nothing was decided.
  CHECK(seen.value("keyturn_request_processing_seconds_count") == 9);
}

TEST_CASE("holds, shares, refusals and the journal are told without a name of anybody [P1]") {
  Desk desk;
  World& world = desk.world;
  Exposition seen = next_second(world, desk.served);
  CHECK(seen.value("keyturn_build_info{version=\"" + std::string(version()) + "\"}") == 1);
  CHECK(seen.value("keyturn_ready") == 1);
  CHECK(seen.value("keyturn_journal_entries") == 1);
  CHECK(seen.value("keyturn_decisions_total{intent=\"genesis\",result=\"granted\"}") == 1);
  CHECK(seen.value("keyturn_log_checkpoint_age_seconds") == 1);

  const auto struck = world.hold(world.strike("planner-7", {"usv-001"}));
  const auto asked = world.hold(world.ask());
  seen = next_second(world, desk.served);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-quorum\"}") == 2);
  CHECK(seen.value("keyturn_quorum_missing{class=\"strike\"}") == 1);
  CHECK(seen.value("keyturn_quorum_missing{class=\"helpful-only\"}") == 1);
  CHECK(seen.value("keyturn_waiters") == 2);
  CHECK(seen.value("keyturn_journal_append_seconds_count") == 3);

  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(world.approve(person, struck->id()).ok());
  }
  seen = next_second(world, desk.served);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-quorum\"}") == 1);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-claim\"}") == 1);
  CHECK(seen.value("keyturn_quorum_missing{class=\"strike\"}") == 0);

  world.clock.advance(Duration{120});
  REQUIRE(eventually([&] { return struck->told() == "answered"; }));
  seen = next_second(world, desk.served);
  CHECK(seen.value("keyturn_holds{state=\"dispatched\"}") == 1);
  CHECK(seen.value("keyturn_hold_decision_seconds_count{outcome=\"claimed\"}") == 1);
  CHECK(seen.value("keyturn_hold_decision_seconds_sum{outcome=\"claimed\"}") >= 120);
  double largest = 0;
  for (const auto& [sample, value] : seen.samples()) {
    if (sample.find("keyturn_concentration_share{domain=\"military\",limit=\"person ") == 0) {
      largest = std::max(largest, value);
    }
  }
  CHECK(largest == doctest::Approx(4.0 / 80));

  // Two more of weight 4 would be 12 of 80, and the limit is 10 %.
  const auto refused = world.enter(world.strike("planner-7", {"usv-002", "usv-003"}));
  REQUIRE(eventually([&] { return !refused->told().empty(); }));
  world.endpoint.answer(struck->id(), 200);
  REQUIRE(eventually([&] { return world.outcome(struck->id()).has_value(); }));
  world.clock.advance(Duration{100'000});
  REQUIRE(eventually([&] { return asked->told() == "expired"; }));
  seen = next_second(world, desk.served);
  CHECK(seen.value("keyturn_ledger_denials_total{limit=\"person\"}") == 1);
  CHECK(seen.value("keyturn_decisions_total{intent=\"propose\",result=\"refused\"}") == 1);
  CHECK(seen.value("keyturn_dispatches_total{outcome=\"answered\"}") == 1);
  CHECK(seen.value("keyturn_hold_decision_seconds_count{outcome=\"expired\"}") == 1);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-quorum\"}") == 0);

  const std::string text = desk.served.get("/metrics").body;
  for (const Person& person : world.charter().persons) CHECK_FALSE(contains(text, person.name));
  for (const Agent& agent : world.charter().agents) CHECK_FALSE(contains(text, agent.name));
  for (const auto& one : {struck, asked}) CHECK_FALSE(contains(text, one->id()));
}

TEST_CASE("while the journal is closed, the metrics say so and tell what they told last") {
  Desk desk;
  (void)desk.world.hold(desk.world.ask());
  CHECK(next_second(desk.world, desk.served).value("keyturn_holds{state=\"awaiting-quorum\"}") ==
        1);
  desk.world.faults.opens_fail(true);
  desk.world.faults.next_appends({Faults::Append::lost});
  (void)desk.world.submit(intent::Cancel{"x", "okafor"});
  REQUIRE(eventually([&] { return desk.served.get("/readyz").status == 503; }));
  Exposition seen = next_second(desk.world, desk.served);
  CHECK(seen.value("keyturn_ready") == 0);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-quorum\"}") == 1);
  desk.world.faults.opens_fail(false);
  desk.world.clock.advance(Duration{2});
  REQUIRE(eventually([&] { return desk.served.get("/readyz").status == 200; }));
  seen = next_second(desk.world, desk.served);
  CHECK(seen.value("keyturn_holds{state=\"awaiting-quorum\"}") == 1);
}

TEST_CASE("a listener of the metrics' own has nothing else") {
  Desk desk;
  const ServedHandler served(desk.metrics);
  CHECK(served.get("/metrics").status == 200);
  CHECK(served.get("/v1/commands").status == 404);
  const HttpResponse other = served.ask(Method::post, "/metrics", "x");
  CHECK(other.status == 405);
  CHECK(field_of(other, "Allow") == "GET");
}
