//! New dossiers of every month: online, over the counter, and of level 2.

use super::desks::{Account, Desk, Kind, Row};
use super::plan::{DIRECT, ONLINE, Share};
use crate::demo::spread::{Claim, apportion, scatter, spread};

/// How busy the months are, of a hundred: offices rest a little in July.
const SEASON: [i64; 3] = [97, 101, 102];

/// Files all new dossiers of the quarter: exactly [`ONLINE`] and [`DIRECT`] of them.
pub(super) fn file_new_dossiers(accounts: &mut [Account<'_>]) {
    let online = online_of_accounts(accounts);
    let mut direct_left = DIRECT;
    for (account, online) in accounts.iter_mut().zip(&online) {
        for (month, online) in online.iter().enumerate() {
            let direct = direct_beside(account, month, *online);
            direct_left -= direct;
            file_levels_3_and_4(account, month, *online, direct);
        }
    }
    file_level_2(accounts, direct_left);
}

/// Dossiers online, by account and month. An exact share needs a multiple of its denominator; what is over goes to the
/// unit without a target.
fn online_of_accounts(accounts: &[Account<'_>]) -> Vec<[i64; 3]> {
    let weights: Vec<i64> = accounts
        .iter()
        .flat_map(|account| {
            let dossiers: i64 = account.desks.iter().map(|desk| desk.dossiers).sum();
            let permille = match account.share {
                Share::Exactly(percent) => percent * 10,
                Share::About(permille) => permille,
            };
            let season = season(account);
            season.map(|busy| dossiers * permille * busy / 1_000)
        })
        .collect();
    let shares = apportion(ONLINE, &weights);
    let mut online: Vec<[i64; 3]> = shares.chunks(3).map(|months| [months[0], months[1], months[2]]).collect();

    let mut over = [0; 3];
    for (account, months) in accounts.iter().zip(&mut online) {
        let Share::Exactly(percent) = account.share else { continue };
        let multiple = percent / greatest_common_divisor(percent, 100);
        for (month, over) in months.iter_mut().zip(&mut over) {
            *over += *month % multiple;
            *month -= *month % multiple;
        }
    }
    if let Some(place) = accounts.iter().position(|account| account.is_balance) {
        for (month, over) in online[place].iter_mut().zip(over) {
            *month += over;
        }
    }
    online
}

fn season(account: &Account<'_>) -> [i64; 3] {
    let code = account.desks.first().map_or("", |desk| desk.unit.code.as_str());
    std::array::from_fn(|month| SEASON[month] + scatter(&[code, super::MONTHS[month], "busy"], 0, 8))
}

const fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Dossiers of levels 3 and 4 over the counter that give the account its share of dossiers online.
fn direct_beside(account: &Account<'_>, month: usize, online: i64) -> i64 {
    match account.share {
        Share::Exactly(percent) => online * (100 - percent) / percent,
        Share::About(permille) => {
            let code = account.desks.first().map_or("", |desk| desk.unit.code.as_str());
            let permille = permille + scatter(&[code, super::MONTHS[month], "share"], 0, 12) - 6;
            online * (1_000 - permille) / permille
        }
    }
}

/// Hands an account's dossiers to its desks. Some communes are better online than others; their sum is the account's.
fn file_levels_3_and_4(account: &mut Account<'_>, month: usize, online: i64, direct: i64) {
    let leaning: Vec<i64> =
        account.desks.iter().map(|desk| scatter(&[desk.unit.code.as_str(), "leaning"], 75, 125)).collect();
    let weigh = |lean: fn(i64) -> i64| -> Vec<i64> {
        account.desks.iter().zip(&leaning).map(|(desk, leaning)| desk.dossiers * lean(*leaning)).collect()
    };
    let online = apportion(online, &weigh(|leaning| leaning));
    let direct = apportion(direct, &weigh(|leaning| 200 - leaning));
    for (desk, (online, direct)) in account.desks.iter_mut().zip(online.into_iter().zip(direct)) {
        let is_online: Vec<bool> = desk.rows.iter().map(|row| is_online(desk, row, month)).collect();
        let online_claims: Vec<Claim> = (desk.rows.iter().zip(&is_online))
            .map(|(row, is_online)| Claim { weight: if *is_online { row.weight } else { 0 }, at_least_one: *is_online })
            .collect();
        let direct_claims: Vec<Claim> = (desk.rows.iter().zip(&is_online))
            .map(|(row, is_online)| match row.kind {
                Kind::Level2 => Claim { weight: 0, at_least_one: false },
                Kind::Online | Kind::CounterOnly if !is_online => Claim { weight: row.weight / 3, at_least_one: true },
                Kind::Online | Kind::CounterOnly => Claim { weight: row.weight, at_least_one: false },
            })
            .collect();
        let filed = spread(online, &online_claims).into_iter().zip(spread(direct, &direct_claims));
        for (row, (online, direct)) in desk.rows.iter_mut().zip(filed) {
            row.months[month].online += online;
            row.months[month].direct += direct;
        }
    }
}

/// Whether anybody files this service online in this month. In small communes one in seven gets through without.
fn is_online(desk: &Desk<'_>, row: &Row, month: usize) -> bool {
    let names = [desk.unit.code.as_str(), row.procedure.as_str(), super::MONTHS[month]];
    row.kind == Kind::Online && !(desk.is_small && scatter(&names, 1, 7) == 1)
}

/// Services of level 2 take all dossiers over the counter that are left.
fn file_level_2(accounts: &mut [Account<'_>], total: i64) {
    let weights: Vec<i64> = accounts
        .iter()
        .flat_map(|account| {
            let season = season(account);
            account.desks.iter().flat_map(move |desk| season.map(|busy| desk.level_2_dossiers * busy))
        })
        .collect();
    let shares = apportion(total, &weights);
    let desks = accounts.iter_mut().flat_map(|account| &mut account.desks);
    for (desk, months) in desks.zip(shares.chunks(3)) {
        let claims: Vec<Claim> = desk
            .rows
            .iter()
            .map(|row| match row.kind {
                Kind::Level2 => Claim { weight: row.weight, at_least_one: true },
                Kind::Online | Kind::CounterOnly => Claim { weight: 0, at_least_one: false },
            })
            .collect();
        for (month, total) in months.iter().enumerate() {
            for (row, direct) in desk.rows.iter_mut().zip(spread(*total, &claims)) {
                row.months[month].direct += direct;
            }
        }
    }
}
