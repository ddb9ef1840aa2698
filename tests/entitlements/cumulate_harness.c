/* The stacking loop as a library of its own, for ctypes. */

#include "_cumulate.h"

#include <stdlib.h>

int run(const int32_t *code, int32_t rules, const int32_t *had, const int32_t *loose, int32_t loose_count, const int32_t *bundles, int32_t bundle_count,
        int32_t slots, double *low, double *high, uint8_t *must, uint8_t *may, const double *limit_low, const double *limit_high, double *total_low,
        double *total_high, int stride, int n, int times) {
    const Stacking stacking = {code, had, loose, bundles, rules, loose_count, bundle_count, slots};
    Strip *room = malloc((slots ? (size_t)slots : 1) * sizeof(Strip));
    if (!room) return -1;
    for (int k = 0; k < times; k++) cumulate(&stacking, low, high, must, may, limit_low, limit_high, total_low, total_high, room, stride, n);
    free(room);
    return 0;
}
