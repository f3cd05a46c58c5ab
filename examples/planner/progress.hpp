// SPDX-License-Identifier: BSL-1.0
/// What the program says while it is busy.
#pragma once

#include <chrono>
#include <string>

#include "shardline/base/integer.hpp"

namespace planner {

/// Called with how many layouts, or points, were looked at, says so on standard error once a second, from the
/// first second on; on a terminal only, and wiped out at the end.
class progress {
 public:
  explicit progress(std::string what);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  void operator()(shardline::integer looked_at) {
    constexpr shardline::integer between_looks_at_the_clock = 256;
    if (on_terminal_ && ++calls_ % between_looks_at_the_clock == 0) show_each_second(looked_at);
  }

 private:
  using clock = std::chrono::steady_clock;
  void show_each_second(shardline::integer looked_at);

  std::string what_;
  bool on_terminal_;
  bool shown_ = false;
  shardline::integer calls_ = 0;
  clock::time_point last_ = clock::now();
};

}  // namespace planner
