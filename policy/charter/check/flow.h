// Flow: maximum flow by augmenting paths (Ford and Fulkerson 1956), for graphs whose flow is at
// most a rule's slots, so that a plain depth-first search is enough. Edges may be added between
// runs.
#pragma once

#include <cstdint>
#include <vector>

namespace keyturn {

class Flow {
 public:
  explicit Flow(std::uint32_t nodes) : edges_of_(nodes) {}

  // The number of the edge, for flow_on().
  std::uint32_t add_edge(std::uint32_t from, std::uint32_t to, std::uint32_t capacity) {
    const auto edge = static_cast<std::uint32_t>(edges_.size());
    edges_.push_back(Edge{to, capacity});
    edges_.push_back(Edge{from, 0});
    edges_of_[from].push_back(edge);
    edges_of_[to].push_back(edge + 1);
    return edge;
  }

  // How much more flows from `source` to `sink`. What already leaves the source still does.
  std::uint32_t run(std::uint32_t source, std::uint32_t sink) {
    std::uint32_t more = 0;
    while (true) {
      std::vector<bool> seen(edges_of_.size());
      if (!augment(source, sink, seen)) return more;
      ++more;
    }
  }

  std::uint32_t flow_on(std::uint32_t edge) const { return edges_[edge ^ 1].room; }

 private:
  struct Edge {
    std::uint32_t to;
    std::uint32_t room;
  };

  bool augment(std::uint32_t node, std::uint32_t sink, std::vector<bool>& seen) {
    if (node == sink) return true;
    seen[node] = true;
    for (const std::uint32_t edge : edges_of_[node]) {
      if (edges_[edge].room == 0 || seen[edges_[edge].to]) continue;
      if (!augment(edges_[edge].to, sink, seen)) continue;
      --edges_[edge].room;
      ++edges_[edge ^ 1].room;
      return true;
    }
    return false;
  }

  std::vector<Edge> edges_;
  std::vector<std::vector<std::uint32_t>> edges_of_;
};

}  // namespace keyturn
