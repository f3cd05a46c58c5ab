// SPDX-License-Identifier: BSL-1.0
// Holds two versions of the library against each other, figure by figure, over random deployments.
//
//   oracle print SEED COUNT > FILE      every figure of COUNT deployments
//   oracle compare FILE FILE [TOLERANCE] the worst relative difference of each figure; exits with 1
//                                       where one is beyond the tolerance, 1e-12 unless stated
//   oracle show SEED NUMBER             one of these deployments, in words and figures
//
// A file has a line "= ID NAME" for each figure where it first occurs, and a line "@ NUMBER ID:HEX
// ID:HEX ..." for each deployment, in hexadecimal floating point; figures that are 0 are left out.
// Each deployment is drawn from its own seed: the same numbers are the same deployments, whatever
// the count.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "../laws/any/deployment.hpp"
#include "../laws/figures.hpp"

namespace {

using laws::dice;
namespace any = laws::any;

// Far apart for neighbouring seeds and numbers.
dice dice_of(std::uint64_t seed, std::uint64_t number) {
  return dice(seed * 0x9E3779B97F4A7C15ULL + number);
}

// Everything that the library says of a deployment: one in eight with what takes many prices.
template <class Visit>
void for_each_answer(std::uint64_t seed, std::uint64_t number, const Visit& visit) {
  dice d = dice_of(seed, number);
  const any::pools p = any::random_pools(d);
  dice again = dice_of(seed, number);
  const any::deployment r = any::random_deployment(again);
  const auto e = estimate_of(r);
  laws::for_each_figure(e, "estimate", visit);
  if (!e.feasibility.priceable()) return;
  laws::for_each_figure(stages_of(r), "stages", visit);
  laws::for_each_figure(disaggregated_of(p), "pools", visit);

  if (number % 8 != 0) return;
  visit("sequences_that_fit", sequences_that_fit(r));
  visit("longest_context", longest_context(r));
  const auto fewest = fewest_replicas(r);
  visit("fewest_replicas.gpus", fewest ? fewest->gpus() : 0);
  laws::for_each_figure(parameters(r.model), "parameters", visit);
  visit("kv_bytes_per_token", kv_bytes_per_token(r.model).value());
  visit("state_bytes_per_sequence", state_bytes_per_sequence(r.model).value());
}

template <class Figure>
double number_of(const Figure& figure) {
  return static_cast<double>(figure);
}

class printer {
 public:
  void start(std::uint64_t number) { line_ = "@ " + std::to_string(number); }
  void add(const std::string& name, double figure) {
    if (figure == 0.0) return;
    const auto [at, is_new] = ids_.try_emplace(name, ids_.size());
    if (is_new) std::printf("= %zu %s\n", at->second, name.c_str());
    std::array<char, 64> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), figure, std::chars_format::hex);
    line_ += ' ' + std::to_string(at->second) + ':';
    line_.append(text.data(), end.ptr);
  }
  void finish() const { std::printf("%s\n", line_.c_str()); }

 private:
  std::unordered_map<std::string, std::size_t> ids_{};
  std::string line_{};
};

int print(std::uint64_t seed, std::uint64_t deployments) {
  printer p;
  for (std::uint64_t number = 0; number < deployments; ++number) {
    p.start(number);
    for_each_answer(seed, number, [&p](const std::string& name, const auto& figure) {
      p.add(name, number_of(figure));
    });
    p.finish();
  }
  return std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int show(std::uint64_t seed, std::uint64_t number) {
  dice d = dice_of(seed, number);
  std::cout << describe(any::random_deployment(d)) << "\n\n";
  std::cout.precision(17);
  for_each_answer(seed, number, [](const std::string& name, const auto& figure) {
    if (number_of(figure) != 0.0) std::cout << name << ' ' << number_of(figure) << '\n';
  });
  return EXIT_SUCCESS;
}

// The deployments of a file, one after the other.
class reader {
 public:
  explicit reader(const std::string& path) : path_(path), in_(path) {
    if (!in_) fail("cannot be read");
  }
  bool next() {
    figures.clear();
    std::string line;
    while (std::getline(in_, line)) {
      if (line.starts_with("= ")) {
        declare(line);
      } else if (line.starts_with("@ ")) {
        read(line);
        return true;
      } else {
        fail("has a line that is no deployment: " + line);
      }
    }
    return false;
  }

  std::uint64_t number = 0;
  std::map<std::string, double> figures{};

 private:
  [[noreturn]] void fail(const std::string& what) const {
    std::cerr << "oracle: " << path_ << ' ' << what << '\n';
    std::exit(2);
  }
  template <class Number, class... Format>
  const char* parse(const char* from, const char* end, Number& number_read,
                    Format... format) const {
    const auto [after, error] = std::from_chars(from, end, number_read, format...);
    if (error != std::errc{}) fail("has no number at: " + std::string(from, end));
    return after;
  }
  void declare(const std::string& line) {
    std::size_t id = 0;
    const char* end = line.data() + line.size();
    const char* after = parse(line.data() + 2, end, id);
    if (id != names_.size() || after == end) fail("declares figures out of order: " + line);
    names_.emplace_back(after + 1, end);
  }
  void read(const std::string& line) {
    const char* end = line.data() + line.size();
    const char* at = parse(line.data() + 2, end, number);
    while (at != end) {
      std::size_t id = 0;
      at = parse(at + 1, end, id);
      if (id >= names_.size() || at == end) fail("has a figure without a name: " + line);
      at = parse(at + 1, end, figures[names_[id]], std::chars_format::hex);
    }
  }

  std::string path_;
  std::ifstream in_;
  std::vector<std::string> names_{};
};

struct difference {
  double worst = 0.0;
  std::uint64_t where = 0;
  std::uint64_t beyond = 0;
};

// 0 where both are the same, infinities included; infinity where only one is a number.
double relative_difference(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0.0;
  const double distance = std::fabs(a - b) / std::fmax(std::fabs(a), std::fabs(b));
  return std::isfinite(distance) ? distance : HUGE_VAL;
}

class comparison {
 public:
  explicit comparison(double tolerance) : tolerance_(tolerance) {}

  void add(std::uint64_t number, const std::map<std::string, double>& a,
           const std::map<std::string, double>& b) {
    ++deployments_;
    figures_ += a.size();
    for (const auto& [name, figure] : a) {
      const auto found = b.find(name);
      note(name, number, figure, found == b.end() ? 0.0 : found->second);
    }
    for (const auto& [name, figure] : b) {
      if (!a.contains(name)) note(name, number, 0.0, figure);
    }
  }
  int report() const {
    std::vector<std::pair<std::string, difference>> rows(differences_.begin(), differences_.end());
    std::sort(rows.begin(), rows.end(),
              [](const auto& x, const auto& y) { return x.second.worst > y.second.worst; });
    std::uint64_t beyond = 0;
    for (const auto& [name, d] : rows) {
      std::printf("%-10.3g %8llu beyond, deployment %llu  %s\n", d.worst,
                  static_cast<unsigned long long>(d.beyond),
                  static_cast<unsigned long long>(d.where), name.c_str());
      beyond += d.beyond;
    }
    std::printf("%llu deployments, %llu figures: %llu differ by more than %g\n",
                static_cast<unsigned long long>(deployments_),
                static_cast<unsigned long long>(figures_), static_cast<unsigned long long>(beyond),
                tolerance_);
    return beyond == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  void note(const std::string& name, std::uint64_t number, double a, double b) {
    const double apart = relative_difference(a, b);
    if (apart == 0.0) return;
    difference& d = differences_[name];
    if (apart > d.worst) d = {apart, number, d.beyond};
    if (apart > tolerance_) ++d.beyond;
  }

  double tolerance_;
  std::uint64_t deployments_ = 0;
  std::uint64_t figures_ = 0;
  std::map<std::string, difference> differences_{};
};

int compare(const std::string& path_a, const std::string& path_b, double tolerance) {
  reader a(path_a);
  reader b(path_b);
  comparison c(tolerance);
  while (true) {
    const bool more = a.next();
    if (more != b.next() || a.number != b.number) {
      std::cerr << "oracle: the files have different deployments\n";
      return 2;
    }
    if (!more) return c.report();
    c.add(a.number, a.figures, b.figures);
  }
}

std::uint64_t whole(const char* text) { return std::strtoull(text, nullptr, 10); }

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::size_t n = arguments.size();
  if (n == 3 && arguments[0] == "print") return print(whole(argv[2]), whole(argv[3]));
  if (n == 3 && arguments[0] == "show") return show(whole(argv[2]), whole(argv[3]));
  if ((n == 3 || n == 4) && arguments[0] == "compare") {
    return compare(arguments[1], arguments[2], n == 4 ? std::strtod(argv[4], nullptr) : 1e-12);
  }
  std::cerr
      << "usage: oracle print SEED COUNT | show SEED NUMBER | compare FILE FILE [TOLERANCE]\n";
  return 2;
}
