// A stand-in model endpoint: the wire format of chat completions (whole and streamed), and no model
// behind it; its answers say so. Its usage counts words and says so too. Thread rule: one loop's.
#pragma once

#include <memory>

#include "gateway/http/exchange.h"

namespace keyturn {

class StandInModel : public Handler {
 public:
  void handle(std::shared_ptr<Exchange> exchange) override;

 private:
  std::uint64_t answered_ = 0;
};

}  // namespace keyturn
