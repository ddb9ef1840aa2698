"""The portfolio looked at before enactment (组合体检): what nobody reaches, what adds nothing, where money jumps, and who stands near a threshold."""
