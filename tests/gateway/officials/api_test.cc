#include "gateway/officials/api.h"

#include <algorithm>

#include "keys/verify/checkpoint.h"
#include "tests/gateway/officials/desk.h"

using namespace keyturn;
using namespace keyturn::testing;

TEST_CASE("health, readiness and the checkpoint need no login [P1]") {
  Desk desk;
  CHECK(desk.served.get("/healthz").status == 200);
  CHECK(desk.served.get("/readyz").status == 200);
  const HttpResponse checkpoint = desk.served.get("/v1/checkpoint");
  CHECK(checkpoint.status == 200);
  CHECK(verify_checkpoint(checkpoint.body, journal_origin(desk.world.charter().name),
                          desk.world.charter().journal_key)
            ->size == 1);

  desk.world.faults.opens_fail(true);
  desk.world.faults.next_appends({Faults::Append::lost});
  (void)desk.world.submit(intent::Cancel{"x", "okafor"});
  CHECK(eventually([&] { return desk.served.get("/readyz").status == 503; }));
  CHECK(desk.served.get("/healthz").status == 200);
  CHECK(eventually([&] { return desk.served.get("/v1/checkpoint").status == 503; }));
}

TEST_CASE(
    "a login is for this listener, by this person's key, and a minute old at most [W10] T13") {
  Desk desk;
  CHECK(desk.status("/v1/commands", "haddad") == 200);
  const auto refused = [&](std::vector<Field> fields) {
    return desk.served.get("/v1/commands", std::move(fields)).status == 401;
  };
  CHECK(refused({}));
  CHECK(refused({{"Authorization", "Bearer " + test_token("okafor")}}));
  CHECK(refused({{"Authorization", "Keyturn-Login !"}}));
  CHECK(refused({{"Authorization", "Keyturn-Login " + base64_encode(bytes_of("hello"))}}));
  CHECK(refused(desk.login("haddad", "http://officials.example")));
  CHECK(refused(desk.login("haddad", Desk::origin, "ito")));
  CHECK(refused(desk.login("nobody")));
  const auto old = desk.login("haddad");
  desk.world.clock.advance(Duration{61});
  CHECK(refused(old));
}

TEST_CASE("a command is shown to readers, to whom its rule names, and to its initiator [P1]") {
  Desk desk;
  const std::string strike = desk.world.hold(desk.world.strike("planner-7", {"uav-001"}))->id();
  const auto sees = [&](const std::string& person) {
    const int shown = desk.status("/v1/commands/" + strike, person);
    CHECK(desk.status("/v1/commands/" + strike + "/body", person) == shown);
    const auto list = json_of(desk.served.get("/v1/commands", desk.login(person)))["commands"];
    CHECK(list.size() == (shown == 200 ? 1u : 0u));
    CHECK((shown == 200 || shown == 404));
    return shown == 200;
  };
  CHECK(sees("haddad"));   // a reader
  CHECK(sees("brandt"));   // a term
  CHECK(sees("gupta"));    // the veto, and a reader
  CHECK(sees("alvarez"));  // the initiator
  CHECK_FALSE(sees("nowak"));
  CHECK_FALSE(sees("okafor"));
  CHECK(desk.status("/v1/commands/01JD8Z00000000000000000000", "haddad") == 404);
  CHECK(desk.status("/v1/commands/" + strike + "/nothing", "haddad") == 404);
  CHECK(desk.status("/v1/nothing", "haddad") == 404);

  const auto shown = json_of(desk.served.get("/v1/commands/" + strike, desk.login("brandt")));
  CHECK(shown["id"] == strike);
  CHECK(shown["state"] == "held");
  CHECK(shown["classes"][0] == "strike");
  CHECK(shown["initiator"] == "alvarez");
  CHECK(shown["agent"] == "planner-7");
  CHECK(shown["systems"] == "uav-001");
  CHECK_FALSE(shown["outstanding"].empty());
  CHECK_FALSE(shown["shares_now"].empty());
  CHECK(CommandText::parse(shown["text"].get<std::string>()).ok());
  const auto body =
      json_of(desk.served.get("/v1/commands/" + strike + "/body", desk.login("brandt")));
  CHECK(body["endpoint"] == "fleet");
  CHECK(base64_decode(body["body"].get<std::string>())->find("Strike") != std::string::npos);
}

TEST_CASE("words are recorded once, answered with why, and refused with the reason [Q5 Q7]") {
  Desk desk;
  const auto caller = desk.world.hold(desk.world.strike("planner-7", {"uav-001"}));
  const std::string id = caller->id();
  const std::string note = desk.note(WordKind::approval, "brandt", id);
  CHECK(desk.speak(id, note).status == 201);
  const HttpResponse again = desk.speak(id, note);
  CHECK(again.status == 200);
  CHECK(json_of(again)["recorded"] == false);
  // castell stands under brandt: it is recorded, and adds nothing now.
  const HttpResponse beside = desk.speak(id, desk.note(WordKind::approval, "castell", id));
  CHECK(beside.status == 201);
  CHECK_FALSE(json_of(beside)["notes"].empty());
  // alvarez is the initiator himself T18.
  const HttpResponse own = desk.speak(id, desk.note(WordKind::approval, "alvarez", id));
  CHECK(own.status == 403);
  CHECK_FALSE(json_of(own)["reasons"].empty());

  std::string altered = note;
  altered[altered.find("uav-001") + 6] = '2';
  CHECK(desk.speak(id, altered).status >= 400);
  CHECK(desk.speak("01JD8Z00000000000000000000", note).status == 400);
  CHECK(desk.speak(id, "hello").status == 400);
  CHECK(desk.speak(id, "").status == 400);
  std::string stranger = note;
  CHECK(desk.served.get("/v1/commands/" + id + "/words").status == 405);

  const HttpResponse veto = desk.speak(id, desk.note(WordKind::veto, "gupta", id));
  CHECK(veto.status == 201);
  CHECK(json_of(veto)["stopped"] == true);
  CHECK(eventually([&] { return caller->told() == "vetoed"; }));
  const auto shown = json_of(desk.served.get("/v1/commands/" + id, desk.login("haddad")));
  CHECK(shown["state"] == "vetoed");
  CHECK(shown["approvals"].size() == 2);
}

TEST_CASE("shares and leases are shown to who may read their commands [P1 S4]") {
  Desk desk;
  const auto caller = desk.world.hold(desk.world.strike("planner-7", {"usv-001"}));
  for (const char* person : {"brandt", "farouk", "duarte"}) {
    REQUIRE(desk.world.approve(person, caller->id()).ok());
  }
  desk.world.clock.advance(Duration{120});
  REQUIRE(eventually([&] { return caller->told() == "answered"; }));
  const auto shares = [&](const std::string& person) {
    return json_of(desk.served.get("/v1/shares", desk.login(person)));
  };
  const auto read = shares("haddad");
  REQUIRE(read["leases"].size() == 1);
  CHECK(read["leases"][0]["weight"] == 4);
  CHECK(read["leases"][0]["charged"][0] == "alvarez");
  const auto& list = read["shares"];
  CHECK(std::any_of(list.begin(), list.end(), [](const auto& one) {
    return one["subject"] == "alvarez" && one["before"] == 4 && one["registered"] == 80;
  }));
  const auto hidden = shares("nowak");
  CHECK(hidden["leases"].empty());
  CHECK(hidden["shares"].empty());
  const auto shown = json_of(desk.served.get("/v1/commands/" + caller->id(), desk.login("haddad")));
  CHECK(shown["state"] == "claimed");
  CHECK(shown["counted"].size() == 3);
  desk.world.endpoint.answer(caller->id(), 201);
  CHECK(eventually([&] {
    return json_of(desk.served.get("/v1/commands/" + caller->id(),
                                   desk.login("haddad")))["state"] == "answered";
  }));
}
