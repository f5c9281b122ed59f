//! One integration binary: walks, faults and what must hold of the repository itself.

mod architecture;
