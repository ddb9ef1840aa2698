/* The blocks on processors with AVX2 (x86-64-v3). */

#include "_plan.h"

#if HUIQI_LEVELS > 1
#pragma GCC target("arch=x86-64-v3")
#define RUN huiqi_run_v3
#include "_block.h"
#endif
