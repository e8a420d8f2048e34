// Log: what operators read. One line an event, control characters and bytes outside printable ASCII
// escaped, so that no input can forge a line or reach a terminal [T32]; secrets are never given to
// it. Thread rule: any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "keyturn/result.h"

namespace keyturn {

class Log {
 public:
  // To standard error.
  Log();
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void info(std::string_view line);
  void warn(std::string_view line);
  // Somebody must act.
  void alarm(std::string_view line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `text` with everything but printable ASCII as \xNN.
std::string escaped(std::string_view text);

}  // namespace keyturn
