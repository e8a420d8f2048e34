// Agenda: at most one moment a name, taken out in their order. Plain container.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace keyturn {

template <class Moment>
class Agenda {
 public:
  // In the place of what was set before.
  void set(const std::string& name, Moment when) {
    erase(name);
    by_name_.emplace(name, when);
    in_order_.emplace(when, name);
  }
  void erase(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    in_order_.erase({found->second, name});
    by_name_.erase(found);
  }
  // The first whose moment is not after `now`; it is taken out.
  std::optional<std::string> due(Moment now) {
    if (in_order_.empty() || now < in_order_.begin()->first) return std::nullopt;
    std::string name = in_order_.begin()->second;
    erase(name);
    return name;
  }
  std::size_t size() const { return by_name_.size(); }

 private:
  std::unordered_map<std::string, Moment> by_name_;
  std::set<std::pair<Moment, std::string>> in_order_;
};

}  // namespace keyturn
