//! How large each unit is and how it stands against its targets: invented, plausible, the same in every month.
//!
//! Dossiers are monthly weights of about the size that comes out; the totals of the quarter decide. What must come out
//! exactly is the standing: the share of dossiers online (indicator B) and the number of services that are only ever
//! used over the counter (indicator A). Over all 27 units with targets some meet both, miss one, miss both, stand
//! exactly on a threshold or have nothing to count.

/// Totals of quarter III of 2022 in report 433/BC-UBND: received online.
pub(super) const ONLINE: i64 = 64_771;

/// Dossiers received over the counter or by post. The report gives 140.717 together with [`OPENING`]; the split is invented.
pub(super) const DIRECT: i64 = 137_505;

/// Dossiers pending on the morning of 15/6/2022.
pub(super) const OPENING: i64 = 3_212;

/// Dossiers pending at the end of each month; the report gives the last.
pub(super) const PENDING: [i64; 3] = [3_104, 2_988, 2_945];

/// Of them overdue; the report gives the last.
pub(super) const OVERDUE: [i64; 3] = [82, 74, 67];

/// Resolved before the deadline, over the quarter.
pub(super) const EARLY: i64 = 39_850;

/// Resolved after the deadline, over the quarter. What is neither early nor late is on time: 162.404.
pub(super) const LATE: i64 = 289;

/// The unit without a target that takes what exact shares leave over.
pub(super) const BALANCE: &str = "20.BQLKKT";

/// Communes to which nothing happens all quarter. Sở Ngoại vụ is another such unit: it is in no table below.
pub(super) const NIL_COMMUNES: [&str; 5] = ["06007", "06118", "06238", "06514", "06619"];

/// The share of dossiers of levels 3 and 4 that come online.
#[derive(Debug, Clone, Copy)]
pub(super) enum Share {
    /// So many of a hundred, exactly, in every month.
    Exactly(i64),
    /// About so many of a thousand.
    About(i64),
}

/// Services in use, and how busy they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Services of levels 3 and 4.
    pub(super) services: usize,
    /// Of them used over the counter only: they lower indicator A.
    pub(super) counter_only: usize,
    /// Services of level 2.
    pub(super) level_2: usize,
    /// Dossiers of levels 3 and 4 a month.
    pub(super) dossiers: i64,
    /// Dossiers of level 2 a month.
    pub(super) level_2_dossiers: i64,
}

/// A department.
#[derive(Debug)]
pub(super) struct Department {
    pub(super) code: &'static str,
    pub(super) size: Size,
    pub(super) share: Share,
    /// The fields of the catalogue that it is competent for.
    pub(super) fields: &'static [&'static str],
}

/// A district: its own office, and the services that its communes use.
#[derive(Debug)]
pub(super) struct District {
    pub(super) code: &'static str,
    pub(super) size: Size,
    /// Of the [`COMMUNE_SERVICES`], those that are used over the counter only in the whole district.
    pub(super) communes_counter_only: usize,
    /// Over the office and its communes together.
    pub(super) share: Share,
}

/// Services of levels 3 and 4 that the communes of one district use between them.
pub(super) const COMMUNE_SERVICES: usize = 25;

/// Services of level 2 that the communes of one district use between them.
pub(super) const COMMUNE_LEVEL_2: usize = 8;

const fn size(services: usize, counter_only: usize, level_2: usize, dossiers: i64, level_2_dossiers: i64) -> Size {
    Size { services, counter_only, level_2, dossiers, level_2_dossiers }
}

/// Indicator A is (services − counter only) / services against 80%; B is the share against 90, 80, 70, 60 or 50%.
pub(super) const DEPARTMENTS: [Department; 16] = [
    Department {
        code: "20.STTTT", // meets both
        size: size(34, 3, 8, 320, 90),
        share: Share::About(930),
        fields: &[
            "Bưu chính",
            "Viễn thông và Internet",
            "Phát thanh, truyền hình và thông tin điện tử",
            "Báo chí",
            "Xuất bản, in và phát hành",
        ],
    },
    Department {
        code: "20.SCT", // misses B
        size: size(62, 8, 14, 1_500, 250),
        share: Share::About(872),
        fields: &[
            "Lưu thông hàng hóa trong nước",
            "Xúc tiến thương mại",
            "Hóa chất",
            "Vật liệu nổ công nghiệp",
            "Điện",
            "Kinh doanh khí",
        ],
    },
    Department {
        code: "20.SGTVT", // misses both
        size: size(48, 13, 10, 2_600, 500),
        share: Share::About(712),
        fields: &["Đường bộ", "Đường thủy nội địa", "Đăng kiểm"],
    },
    Department {
        code: "20.SVHTTDL", // stands exactly on B
        size: size(54, 6, 12, 620, 160),
        share: Share::Exactly(90),
        fields: &[
            "Di sản văn hóa",
            "Nghệ thuật biểu diễn",
            "Quảng cáo",
            "Thể dục, thể thao",
            "Lữ hành và dịch vụ du lịch",
            "Gia đình",
        ],
    },
    Department {
        code: "20.SNV", // meets both
        size: size(46, 5, 12, 560, 240),
        share: Share::About(861),
        fields: &[
            "Tổ chức hành chính, sự nghiệp nhà nước",
            "Tổ chức phi chính phủ",
            "Thi đua, khen thưởng",
            "Tín ngưỡng, tôn giáo",
            "Công chức, viên chức",
        ],
    },
    Department {
        code: "20.SNNPTNT", // meets both
        size: size(60, 8, 15, 1_400, 420),
        share: Share::About(757),
        fields: &["Trồng trọt", "Bảo vệ thực vật", "Thú y", "Chăn nuôi", "Lâm nghiệp", "Thủy lợi", "Thủy sản"],
    },
    Department {
        code: "20.SXD", // stands exactly on A: 32 of 40
        size: size(40, 8, 10, 520, 180),
        share: Share::About(742),
        fields: &[
            "Hoạt động xây dựng",
            "Quy hoạch xây dựng, kiến trúc",
            "Nhà ở và công sở",
            "Kinh doanh bất động sản",
            "Vật liệu xây dựng",
        ],
    },
    Department {
        code: "20.STNMT", // misses B
        size: size(58, 7, 16, 2_400, 1_100),
        share: Share::About(538),
        fields: &["Đất đai", "Môi trường", "Tài nguyên nước", "Địa chất và khoáng sản", "Đo đạc và bản đồ"],
    },
    Department {
        code: "20.SKHDT", // meets both
        size: size(56, 6, 12, 1_300, 260),
        share: Share::About(823),
        fields: &[
            "Thành lập và hoạt động của doanh nghiệp",
            "Đầu tư tại Việt Nam",
            "Đấu thầu",
            "Thành lập và hoạt động của hợp tác xã",
        ],
    },
    Department {
        code: "20.STC", // misses A
        size: size(28, 8, 8, 300, 90),
        share: Share::About(611),
        fields: &["Quản lý công sản", "Quản lý giá", "Tin học - Thống kê"],
    },
    Department {
        code: "20.SKHCN", // meets both
        size: size(32, 4, 9, 280, 80),
        share: Share::About(648),
        fields: &[
            "Hoạt động khoa học và công nghệ",
            "Sở hữu trí tuệ",
            "Tiêu chuẩn đo lường chất lượng",
            "An toàn bức xạ và hạt nhân",
        ],
    },
    Department {
        code: "20.SGDDT", // misses A
        size: size(38, 10, 12, 700, 420),
        share: Share::About(579),
        fields: &[
            "Giáo dục trung học",
            "Giáo dục thường xuyên",
            "Hệ thống văn bằng, chứng chỉ",
            "Thi, tuyển sinh",
            "Kiểm định chất lượng giáo dục",
        ],
    },
    Department {
        code: "20.SYT", // meets both
        size: size(66, 9, 18, 1_500, 520),
        share: Share::About(634),
        fields: &[
            "Khám bệnh, chữa bệnh",
            "Dược phẩm",
            "Mỹ phẩm",
            "Trang thiết bị y tế",
            "Y tế dự phòng",
            "An toàn thực phẩm và dinh dưỡng",
            "Giám định y khoa",
        ],
    },
    Department {
        code: "20.SLDTBXH", // misses both
        size: size(62, 19, 16, 1_600, 900),
        share: Share::About(413),
        fields: &[
            "Người có công",
            "Việc làm",
            "Giáo dục nghề nghiệp",
            "An toàn, vệ sinh lao động",
            "Lao động, tiền lương",
            "Bảo trợ xã hội",
        ],
    },
    Department {
        code: "20.STP", // stands exactly on B
        size: size(30, 4, 8, 1_700, 700),
        share: Share::Exactly(50),
        fields: &["Lý lịch tư pháp", "Công chứng", "Luật sư", "Đấu giá tài sản", "Quốc tịch"],
    },
    Department {
        code: BALANCE, // has no target
        size: size(20, 3, 5, 420, 120),
        share: Share::About(800),
        fields: &["Hoạt động trong khu kinh tế cửa khẩu"],
    },
];

/// A counts office and communes together: (services + 25 − counter only) / (services + 25) against 80%; B against 50%.
#[rustfmt::skip]
pub(super) const DISTRICTS: [District; 11] = [
    District { code: "178", size: size(50,  5, 12, 1_100, 900), communes_counter_only: 3, share: Share::About(586) }, // meets both
    District { code: "180", size: size(43,  5, 10,   500, 620), communes_counter_only: 3, share: Share::About(561) }, // meets both
    District { code: "181", size: size(39, 12, 10,   380, 500), communes_counter_only: 7, share: Share::About(534) }, // misses A
    District { code: "182", size: size(41,  6, 10,   420, 540), communes_counter_only: 4, share: Share::About(462) }, // misses B
    District { code: "183", size: size(45,  9, 11,   620, 760), communes_counter_only: 5, share: Share::About(552) }, // exactly on A: 56 of 70
    District { code: "184", size: size(37, 11, 10,   380, 480), communes_counter_only: 6, share: Share::About(431) }, // misses both
    District { code: "185", size: size(41,  4, 10,   430, 560), communes_counter_only: 4, share: Share::About(571) }, // meets both
    District { code: "186", size: size(47,  7, 12,   720, 860), communes_counter_only: 4, share: Share::Exactly(50) }, // exactly on B
    District { code: "187", size: size(45,  5, 11,   560, 700), communes_counter_only: 4, share: Share::About(478) }, // misses B
    District { code: "188", size: size(43, 11, 11,   560, 700), communes_counter_only: 7, share: Share::About(527) }, // misses A
    District { code: "189", size: size(35, 10, 10,   320, 380), communes_counter_only: 7, share: Share::About(448) }, // misses both
];
