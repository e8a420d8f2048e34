// Command runs in no circle: neither of offices, nor of persons, nor of persons through the offices
// they hold [I1]. In a circle everyone commands everyone, which nobody who signs a charter means.
#include <algorithm>

#include "policy/charter/check/check.h"

namespace keyturn {
namespace {

using Node = std::uint32_t;

// Strongly connected components (Tarjan 1972), without recursion: a chain of command may be long.
class Components {
 public:
  explicit Components(const std::vector<std::vector<Node>>& edges)
      : edges_(edges), index_(edges.size(), 0), low_(edges.size(), 0), on_stack_(edges.size()) {
    for (Node node = 0; node < edges.size(); ++node)
      if (index_[node] == 0) visit(node);
  }

  std::vector<std::vector<Node>> take() { return std::move(components_); }

 private:
  struct Frame {
    Node node;
    std::size_t next_edge;
  };

  void open(Node node) {
    index_[node] = low_[node] = ++counter_;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back(Frame{node, 0});
  }

  void visit(Node root) {
    open(root);
    while (!frames_.empty()) {
      const Node node = frames_.back().node;
      if (frames_.back().next_edge < edges_[node].size()) {
        const Node next = edges_[node][frames_.back().next_edge++];
        if (index_[next] == 0)
          open(next);
        else if (on_stack_[next])
          low_[node] = std::min(low_[node], index_[next]);
        continue;
      }
      if (low_[node] == index_[node]) close(node);
      frames_.pop_back();
      if (!frames_.empty()) {
        const Node above = frames_.back().node;
        low_[above] = std::min(low_[above], low_[node]);
      }
    }
  }

  void close(Node root) {
    std::vector<Node> component;
    while (true) {
      const Node node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      component.push_back(node);
      if (node == root) break;
    }
    std::sort(component.begin(), component.end());
    components_.push_back(std::move(component));
  }

  const std::vector<std::vector<Node>>& edges_;
  std::vector<std::uint32_t> index_, low_;
  std::vector<bool> on_stack_;
  std::vector<Node> stack_;
  std::vector<Frame> frames_;
  std::vector<std::vector<Node>> components_;
  std::uint32_t counter_ = 0;
};

std::vector<std::vector<Node>> strong_components(const std::vector<std::vector<Node>>& edges) {
  return Components(edges).take();
}

template <class Declared>
std::string names_of(const std::vector<Node>& nodes, const std::vector<Declared>& declared) {
  constexpr std::size_t names_max = 8;
  std::string out;
  for (std::size_t i = 0; i < nodes.size() && i < names_max; ++i)
    out += (i == 0 ? "" : ", ") + quoted(declared[nodes[i]].name.text);
  return out + (nodes.size() > names_max ? ", …" : "");
}

// Whether there is a circle of offices.
bool check_offices(const DeclaredCheck& check) {
  const std::vector<DeclaredOffice>& offices = check.declared.offices;
  std::vector<std::vector<Node>> edges(offices.size());
  bool is_circle = false;
  for (Node office = 0; office < offices.size(); ++office) {
    for (const Name& above : offices[office].under) {
      const auto found = check.names.offices.find(above.text);
      if (!found) continue;
      edges[*found].push_back(office);
      if (*found != office) continue;
      is_circle = true;
      check.diagnostics.error(above.place, quoted(above.text) + " is under itself [I1]");
    }
  }
  for (const std::vector<Node>& component : strong_components(edges)) {
    if (component.size() < 2) continue;
    is_circle = true;
    check.diagnostics.error(offices[component[0]].name.place, "command runs in a circle: each of " +
                                                                  names_of(component, offices) +
                                                                  " is under the others [I1]");
  }
  return is_circle;
}

// Persons, then for each office its authority and its holders: a person points at the authority of
// the offices he holds and at those under him in person; an authority points at the authority and
// the holders of the offices under it.
std::vector<std::vector<Node>> command_edges(const DeclaredCheck& check) {
  const auto persons = static_cast<Node>(check.declared.persons.size());
  const auto offices = static_cast<Node>(check.declared.offices.size());
  std::vector<std::vector<Node>> edges(persons + 2 * offices);
  for (Node person = 0; person < persons; ++person) {
    const DeclaredPerson& declared = check.declared.persons[person];
    for (const Name& office : declared.holds) {
      const auto found = check.names.offices.find(office.text);
      if (!found) continue;
      edges[person].push_back(persons + *found);
      edges[persons + offices + *found].push_back(person);
    }
    for (const Name& above : declared.under) {
      const auto found = check.names.persons.find(above.text);
      if (found && *found != person) edges[*found].push_back(person);
    }
  }
  for (Node office = 0; office < offices; ++office) {
    for (const Name& above : check.declared.offices[office].under) {
      const auto found = check.names.offices.find(above.text);
      if (!found) continue;
      edges[persons + *found].push_back(persons + office);
      edges[persons + *found].push_back(persons + offices + office);
    }
  }
  return edges;
}

}  // namespace

void check_command(const DeclaredCheck& check) {
  const std::vector<DeclaredPerson>& persons = check.declared.persons;
  for (const DeclaredPerson& person : persons)
    for (const Name& above : person.under)
      if (above.text == person.name.text)
        check.diagnostics.error(above.place, quoted(above.text) + " is under himself [I1]");
  if (check_offices(check)) return;  // persons of such offices are in the same circle
  for (std::vector<Node> component : strong_components(command_edges(check))) {
    std::erase_if(component, [&](Node node) { return node >= persons.size(); });
    if (component.size() < 2) continue;
    check.diagnostics.error(persons[component[0]].name.place,
                            "command runs in a circle: each of " + names_of(component, persons) +
                                " is under the others, by offices or in person [I1]");
  }
}

}  // namespace keyturn
