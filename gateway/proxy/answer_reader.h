// Copies a SharedAnswer to one caller, at the caller's pace. Thread rule: start() and all else on
// the exchange's loop; the exchange keeps it until the answer is complete or the caller is gone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/http/exchange.h"
#include "gateway/proxy/shared_answer.h"

namespace keyturn {

class AnswerReader : public std::enable_shared_from_this<AnswerReader> {
 public:
  AnswerReader(std::shared_ptr<Exchange> exchange, std::shared_ptr<SharedAnswer> answer,
               std::string command);
  void start();

 private:
  void pump();
  void finish_without_head(const Outcome& outcome);

  const std::shared_ptr<Exchange> exchange_;
  const std::shared_ptr<SharedAnswer> answer_;
  const std::string command_;
  std::uint64_t offset_ = 0;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace keyturn
