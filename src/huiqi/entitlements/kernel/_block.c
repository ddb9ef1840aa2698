/* The blocks on any processor. */

#define RUN huiqi_run
#include "_block.h"
