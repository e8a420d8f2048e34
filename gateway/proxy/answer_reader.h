// Copies a SharedAnswer to one caller, at the caller's pace: with the endpoint's status and fields,
// or, where the caller's event stream has begun, into that stream, and then an answer that is no
// stream becomes the error event of the caller's API. Thread rule: all on the exchange's loop;
// whoever starts it keeps it, until the answer is complete or the caller is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/http/exchange.h"
#include "gateway/proxy/shared_answer.h"
#include "gateway/proxy/stream_api.h"

namespace keyturn {

class AnswerReader : public std::enable_shared_from_this<AnswerReader> {
 public:
  // `stream`: the one that has begun. `on_first` is called once, before anything is written.
  AnswerReader(std::shared_ptr<Exchange> exchange, std::shared_ptr<SharedAnswer> answer,
               std::string command, std::optional<StreamApi> stream,
               std::function<void()> on_first);
  ~AnswerReader();
  void start();
  // Nothing is written from here on.
  void stop();

 private:
  void pump();
  void first();
  bool begin(const SharedAnswer::View& view);
  void begin_in_stream(const SharedAnswer::View& view);
  void finish_without_head(const Outcome& outcome);
  void finish_with_error(const StreamError& error);

  const std::shared_ptr<Exchange> exchange_;
  const std::shared_ptr<SharedAnswer> answer_;
  const std::string command_;
  const std::optional<StreamApi> stream_;
  std::function<void()> on_first_;
  std::uint64_t watcher_ = 0;
  std::uint64_t offset_ = 0;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace keyturn
