// SPDX-License-Identifier: BSL-1.0
// A search on as many ranks as mpirun starts: each looks at its part of the layouts, and the first
// prints what a search of the whole finds, however many there are.
//   mpirun -n 2 example_mpi_search
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <type_traits>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr std::size_t top = 5;

// What a rank sends: bytes, of one size.
struct sent_part {
  search_counts counts{};
  integer number = 0;
  std::array<found_point, top> best{};
};
static_assert(std::is_trivially_copyable_v<sent_part>);

sent_part packed(const found_points& found) {
  sent_part p{found, static_cast<integer>(found.best.size()), {}};
  std::copy(found.best.begin(), found.best.end(), p.best.begin());
  return p;
}

found_points unpacked(const sent_part& p) {
  found_points found;
  static_cast<search_counts&>(found) = p.counts;
  found.best.assign(p.best.begin(), p.best.begin() + p.number);
  return found;
}

// Every part on rank 0, nothing on the others.
std::vector<found_points> gathered(const found_points& own, search_part part) {
  const sent_part sent = packed(own);
  constexpr int size = sizeof(sent_part);
  std::vector<sent_part> all(part.index == 0 ? static_cast<std::size_t>(part.of) : 0);
  MPI_Gather(&sent, size, MPI_BYTE, all.data(), size, MPI_BYTE, 0, MPI_COMM_WORLD);
  std::vector<found_points> parts;
  for (const sent_part& p : all) parts.push_back(unpacked(p));
  return parts;
}

search_part part_of_this_rank() {
  int rank = 0;
  int ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return {rank, ranks};
}

void search_my_part() {
  const auto host = with_engine(make_cluster(with_fitted(catalog::h200_sxm), 1), engines::vllm);
  std::vector<workload> loads;
  for (const double concurrency : {128.0, 512.0, 2048.0}) {
    loads.push_back({.concurrency = concurrency,
                     .input = 2048_tokens,
                     .output = 512_tokens,
                     .chunk = 8192_tokens});
  }
  using setting = basic_setting<double, decltype(host)::efficiency_policy>;
  const std::array<setting, 1> settings{setting{&host, &catalog::deepseek_v3, loads}};
  constexpr std::array<integer, 2> gpus{16, 32};
  const search_part part = part_of_this_rank();
  const found_points own = search_space(std::span<const setting>(settings), gpus, search_terms<>{},
                                        best_points(top), part);
  const std::vector<found_points> parts = gathered(own, part);
  if (parts.empty()) return;
  const found_points all = merged(std::span<const found_points>(parts), best_points(top));
  std::printf("%s", counts_text(all, "points").c_str());
  for (const found_point& p : all.best) {
    std::printf("%.0f tok/s/GPU with %.0f in flight: %s\n", -p.rank[1],
                loads[static_cast<std::size_t>(p.load)].concurrency,
                short_text(catalog::deepseek_v3, p.layout).c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  search_my_part();
  MPI_Finalize();
}
