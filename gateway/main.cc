// Picks the subcommand; everything else is wired in cli/.
#include <cstdio>

int main() {
  std::fputs("keyturn: no subcommand\n", stderr);
  return 2;
}
