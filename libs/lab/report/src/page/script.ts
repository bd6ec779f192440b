/**
 * The page's script: zooms all charts over time together, says the values where the reader points, and finds words in
 * the list of decisions. The page has everything without it. Plain text, since it runs in the reader's browser alone.
 */
export const SCRIPT = String.raw`
(function(){'use strict';
var data=JSON.parse(document.getElementById('data').textContent),NS='http://www.w3.org/2000/svg';
var full=[data.from,data.to],now=full.slice(),charts=[];
function el(name,attrs,parent){var e=document.createElementNS(NS,name);for(var k in attrs)e.setAttribute(k,attrs[k]);parent.appendChild(e);return e}
function step(raw){var p=Math.pow(10,Math.floor(Math.log10(raw)));var s=[1,2,5,10].find(function(s){return s*p>=raw*(1-1e-9)});return s*p}
function short(v){var a=Math.abs(v),d=a>=100?0:a>=10?1:a>=1?2:3;return String(Number(v.toFixed(d)))}
document.querySelectorAll('figure.time').forEach(function(fig){
  var svg=fig.querySelector('svg'),n=function(k){return Number(svg.dataset[k])};
  charts.push({fig:fig,svg:svg,l:n('l'),r:n('r'),t:n('t'),b:n('b'),zoom:svg.querySelectorAll('.zoom'),ticks:svg.querySelector('.xticks'),labs:svg.querySelectorAll('.lab'),
    own:data.charts.find(function(c){return c.id===fig.id})});
});
function draw(){
  var k=(full[1]-full[0])/(now[1]-now[0]);
  charts.forEach(function(c){
    var x=function(v){return c.l+(v-now[0])/(now[1]-now[0])*(c.r-c.l)},shift=x(full[0])-c.l*k;
    c.zoom.forEach(function(g){g.setAttribute('transform','translate('+shift+' 0) scale('+k+' 1)')});
    c.labs.forEach(function(t){var at=Number(t.dataset.x)*k+shift;t.setAttribute('x',at+Number(t.dataset.dx));t.style.display=at<c.l-1||at>c.r+1?'none':''});
    c.ticks.textContent='';
    var s=step((now[1]-now[0])/10);
    for(var i=Math.ceil(now[0]/s-1e-9);i*s<=now[1]+1e-9*s;i++){var p=x(i*s);
      el('line',{'class':'tickline',x1:p,x2:p,y1:c.b,y2:c.b+5},c.ticks);
      el('text',{'class':'tick',x:p,y:c.b+18,'text-anchor':'middle'},c.ticks).textContent=String(Number((i*s).toPrecision(10)))}
  });
  all.disabled=now[0]===full[0]&&now[1]===full[1];
}
function show(a,b){if(b-a<(full[1]-full[0])/5000)return;now=[Math.max(full[0],a),Math.min(full[1],b)];draw()}
var tools=document.createElement('div');tools.className='tools';
var all=document.createElement('button');all.textContent='Show all of it';all.onclick=function(){show(full[0],full[1])};
var half=document.createElement('button');half.textContent='Closer';half.onclick=function(){var q=(now[1]-now[0])/4;show(now[0]+q,now[1]-q)};
var left=document.createElement('button');left.textContent='Earlier';left.onclick=function(){var q=Math.min((now[1]-now[0])/2,now[0]-full[0]);show(now[0]-q,now[1]-q)};
var right=document.createElement('button');right.textContent='Later';right.onclick=function(){var q=Math.min((now[1]-now[0])/2,full[1]-now[1]);show(now[0]+q,now[1]+q)};
[all,half,left,right].forEach(function(b){b.type='button';tools.appendChild(b)});
if(charts.length>0)charts[0].fig.parentNode.insertBefore(tools,charts[0].fig);
charts.forEach(function(c){
  var tip=document.createElement('div'),cross=el('line',{'class':'cross',y1:c.t,y2:c.b},c.svg),box=el('rect',{'class':'drag',y:c.t,height:c.b-c.t,width:0},c.svg),from=null;
  tip.className='tip';tip.hidden=true;c.fig.appendChild(tip);cross.style.display='none';
  function place(e){var r=c.svg.getBoundingClientRect(),w=c.svg.viewBox.baseVal.width;return Math.min(c.r,Math.max(c.l,(e.clientX-r.left)*w/r.width))}
  function value(p){return now[0]+(p-c.l)/(c.r-c.l)*(now[1]-now[0])}
  function hide(){tip.hidden=true;cross.style.display='none'}
  c.svg.addEventListener('pointermove',function(e){
    var p=place(e),v=value(p);
    if(from!==null){box.setAttribute('x',Math.min(from,p));box.setAttribute('width',Math.abs(p-from));hide();return}
    if(!c.own||e.pointerType==='touch')return;
    cross.setAttribute('x1',p);cross.setAttribute('x2',p);cross.style.display='';
    tip.textContent='';var h=document.createElement('b');h.textContent=short(v)+' s, '+c.own.unit;tip.appendChild(h);
    var rows=c.own.series.map(function(s){var lo=0,hi=s.x.length-1;while(lo<hi){var m=(lo+hi+1)>>1;if(s.x[m]<=v)lo=m;else hi=m-1}
      if(lo+1<s.x.length&&Math.abs(s.x[lo+1]-v)<Math.abs(s.x[lo]-v))lo++;return{name:s.name,c:s.c,y:s.y.length?s.y[lo]:null}});
    if(rows.length>12)rows=rows.sort(function(a,b){return (b.y||0)-(a.y||0)}).slice(0,12);
    rows.forEach(function(s){var d=document.createElement('div');d.className=s.c;d.textContent=s.name+': '+(s.y===null?'no answer':short(s.y));tip.appendChild(d)});
    var r=c.fig.getBoundingClientRect(),x=e.clientX-r.left;tip.hidden=false;
    tip.style.left=Math.max(0,x>r.width-220?x-tip.offsetWidth-14:x+14)+'px';tip.style.top=(e.clientY-r.top+12)+'px';
  });
  c.svg.addEventListener('pointerleave',hide);
  c.svg.addEventListener('pointerdown',function(e){if(e.button!==0||e.pointerType==='touch')return;from=place(e);c.svg.setPointerCapture(e.pointerId);e.preventDefault()});
  c.svg.addEventListener('pointerup',function(e){if(from===null)return;var a=value(from),b=value(place(e));box.setAttribute('width',0);from=null;if(Math.abs(a-b)>(now[1]-now[0])/100)show(Math.min(a,b),Math.max(a,b))});
  c.svg.addEventListener('pointercancel',function(){from=null;box.setAttribute('width',0)});
  c.svg.addEventListener('dblclick',function(){show(full[0],full[1])});
});
var list=document.getElementById('decisions');
if(list){var find=document.createElement('input');find.type='search';find.placeholder='find in the list, as: 1_03 lost';find.size=28;
  list.parentNode.insertBefore(find,list);
  find.oninput=function(){var words=find.value.toLowerCase().split(/\s+/);list.querySelectorAll('tbody tr').forEach(function(tr){var t=tr.textContent.toLowerCase();tr.hidden=!words.every(function(w){return t.indexOf(w)>=0})})}}
draw();
})();
`;
