// Pulse: whether every thread that must turn still turns: each loop and the sequencer is given a
// beat, and has answered it by the next look. Thread rule: add() and look() on the main thread;
// beats come back from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace keyturn::cli {

class Pulse {
 public:
  // Runs a function on the thread that is watched, some time.
  using Post = std::function<void(std::function<void()>)>;

  void add(std::string name, Post post);
  // The first who has not answered the beat before, or nothing; who answered gets the next one.
  std::string look();

 private:
  struct Watched {
    std::string name;
    Post post;
    std::shared_ptr<std::atomic<bool>> answered;
  };
  std::vector<Watched> watched_;
};

}  // namespace keyturn::cli
