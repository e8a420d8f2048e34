// The officials' API behind a real listener, over a gateway without a network; and what officials
// send to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/metrics/metrics.h"
#include "gateway/officials/api.h"
#include "gateway/world/service_state.h"
#include "tests/gateway/authority/world.h"
#include "tests/gateway/served_handler.h"
#include "tests/support/charters.h"

namespace keyturn::testing {

struct Desk {
  static constexpr std::string_view origin = "http://officials.example:9443";

  World world{defence};
  Metrics metrics{world.sequencer(), world.meters(), world.clock};
  ServiceState state;
  OfficialsApi api{world.shared_charter(),
                   world.sequencer(),
                   world.bodies(),
                   world.clock,
                   std::string(origin),
                   state,
                   &metrics};
  ServedHandler served{api};

  // As in the gateway: the sequencer, which may still hold an exchange, ends before the loops do.
  ~Desk() { world.sequencer().stop(); }

  std::vector<Field> login(const std::string& person, std::string_view at_origin = origin,
                           std::string_view key = {}) {
    const Login login{world.charter().name, std::string(at_origin), person, world.clock.now()};
    const std::string note = test_key(key.empty() ? person : key).sign_login(login, Domain::live);
    return {{"Authorization", "Keyturn-Login " + base64_encode(bytes_of(note))}};
  }
  int status(std::string_view target, const std::string& person) {
    return static_cast<int>(served.get(target, login(person)).status);
  }
  std::string note(WordKind kind, const std::string& person, const std::string& id) {
    Word word;
    word.kind = kind;
    word.deployment = world.charter().name;
    word.person = person;
    const PersonId who = world.charter().find_person(person).value();
    word.institution = world.charter().institution(world.charter().person(who).institution).name;
    word.signed_at = world.clock.now();
    word.not_after = world.clock.now() + Duration{3600};
    world.look([&](const Ledger& ledger) { word.command = ledger.find(id)->text; });
    return test_key(person).sign_word(word, Domain::live);
  }
  HttpResponse speak(const std::string& id, std::string note_text) {
    return served.ask(Method::post, "/v1/commands/" + id + "/words", std::move(note_text),
                      {{"Content-Type", "text/plain"}});
  }
};

}  // namespace keyturn::testing
